import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A server in this very thread that answers whatever comes with a canned 200. */
export interface LoopbackSink {
  readonly url: URL;
  close(): void;
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n';
const WITH_LENGTH = Buffer.from(`${HEAD}content-length: 2\r\n\r\nok`);
const CHUNKED = Buffer.from(`${HEAD}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`);
const LAST = Buffer.from(`${HEAD}connection: close\r\ncontent-length: 2\r\n\r\nok`);

/** So often an answer ends its connection: opening one must be warm too. */
const LAST_EVERY = 16;

/**
 * For warming up: small requests arrive whole, so one read is one request. Rejects with the system's error when this
 * machine lets no server listen.
 */
export function openLoopbackSink(): Promise<LoopbackSink> {
  const sockets = new Set<Socket>();
  let answered = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('data', () => {
      answered++;
      socket.write(answered % LAST_EVERY === 0 ? LAST : answered % 2 === 0 ? WITH_LENGTH : CHUNKED);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
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
