import type { AddressInfo } from 'node:net';
import type { LoopbackSink } from '../wire/loopback-sink.js';
import type { Grpc } from './grpc-runtime.js';

/** A gRPC server in this very thread that answers calls of one method with canned bytes. Rejects where none can listen. */
export async function openGrpcSink(
  { Server, ServerCredentials }: Grpc,
  path: string,
  answer: Buffer,
): Promise<LoopbackSink> {
  const server = new Server();
  const same = (bytes: Buffer): Buffer => bytes;
  const method = { path, requestStream: false, responseStream: false } as const;
  const codecs = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  server.addService(
    { Canned: { ...method, ...codecs } },
    {
      Canned: (_: unknown, callback: (error: null, bytes: Buffer) => void) => {
        callback(null, answer);
      },
    },
  );
  const port = await new Promise<AddressInfo['port']>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    url: new URL(`http://127.0.0.1:${String(port)}/`),
    close() {
      server.forceShutdown();
    },
  };
}
