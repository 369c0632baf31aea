import type { ServerHttp2Session } from 'node:http2';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server in this very thread that answers whatever comes with a canned 200. */
export interface LoopbackSink {
  readonly url: URL;
  close(): void;
}

/** Both without TLS. */
export type SinkProtocol = 'HTTP/1.1' | 'HTTP/2';

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n';
const WITH_LENGTH = Buffer.from(`${HEAD}content-length: 2\r\n\r\nok`);
const CHUNKED = Buffer.from(`${HEAD}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`);
const LAST = Buffer.from(`${HEAD}connection: close\r\ncontent-length: 2\r\n\r\nok`);

/** Every 16th answer ends its connection: opening one must be warm too. */
const LAST_EVERY = 16;

/** For warming up. Rejects with the system's error when this machine lets no server listen. */
export async function openLoopbackSink(protocol: SinkProtocol): Promise<LoopbackSink> {
  const open = new Set<Destroyable>();
  const server = protocol === 'HTTP/2' ? await http2Server(open) : http1Server(open);
  const close = (): void => {
    for (const one of open) one.destroy();
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

/** Small requests arrive whole, so one read is one request. */
function http1Server(open: Set<Destroyable>): Server {
  let answered = 0;
  return createServer({ noDelay: true }, (socket) => {
    keep(open, socket);
    socket.on('data', () => {
      answered++;
      socket.write(answered % LAST_EVERY === 0 ? LAST : answered % 2 === 0 ? WITH_LENGTH : CHUNKED);
    });
  });
}

/** Node's HTTP/2 is loaded only where it is used. */
async function http2Server(open: Set<Destroyable>): Promise<Server> {
  const { createServer: createHttp2Server } = await import('node:http2');
  const server = createHttp2Server();
  server.on('session', (session) => {
    keep(open, session);
  });
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.resume();
    stream.respond({ ':status': 200, 'content-type': 'text/plain' });
    stream.end('ok');
  });
  return server;
}

interface Destroyable {
  destroy(): unknown;
}

function keep(open: Set<Destroyable>, one: Socket | ServerHttp2Session): void {
  open.add(one);
  one.on('error', () => undefined);
  one.on('close', () => open.delete(one));
}
