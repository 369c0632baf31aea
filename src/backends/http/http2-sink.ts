import type { ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { LoopbackSink } from '../wire/loopback-sink.js';

/** The loopback sink that speaks HTTP/2 without TLS. Node's HTTP/2 is loaded only where it is used. */
export async function openHttp2Sink(): Promise<LoopbackSink> {
  const { createServer } = await import('node:http2');
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.resume();
    stream.respond({ ':status': 200, 'content-type': 'text/plain' });
    stream.end('ok');
  });
  const close = (): void => {
    for (const session of sessions) session.destroy();
    server.close();
  };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ url: new URL(`http://127.0.0.1:${String(port)}/`), close });
    });
  });
}
