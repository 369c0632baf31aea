import { createServer, type Http2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A gRPC server in this very thread that answers every call with an empty message. */
export interface GrpcSink {
  readonly address: string;
  close(): void;
}

/** No compression, length 0. */
const EMPTY_MESSAGE = Buffer.alloc(5);

/** For warming up. Rejects with the system's error when this machine lets no server listen. */
export function openGrpcSink(): Promise<GrpcSink> {
  const sessions = new Set<Http2Session>();
  const server = createServer();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => {
      stream.sendTrailers({ 'grpc-status': '0' });
    });
    stream.resume();
    stream.end(EMPTY_MESSAGE);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const close = (): void => {
        for (const session of sessions) session.destroy();
        server.close();
      };
      resolve({ address: `127.0.0.1:${String(port)}`, close });
    });
  });
}
