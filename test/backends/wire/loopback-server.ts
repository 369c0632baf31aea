import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface LoopbackServer {
  readonly url: URL;
  readonly port: number;
  /** Connections accepted so far, in order. */
  readonly sockets: readonly Socket[];
  /** Everything each connection received, by index. */
  readonly received: readonly string[];
  close(): Promise<void>;
}

/** A request as the server sees it: how many-th of its connection, and the whole text. */
export interface Seen {
  readonly connection: number;
  readonly nth: number;
  readonly text: string;
}

export function answer(body: string, extra = ''): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n${extra}\r\n${body}`;
}

/** Calls `onRequest` for each whole request (its end is reported by Content-Length) of each connection. */
export function serve(onRequest: (socket: Socket, seen: Seen) => void): Promise<LoopbackServer> {
  return listen((socket, connection) => {
    let text = '';
    let nth = 0;
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let length = requestLength(text); length !== undefined; length = requestLength(text)) {
        const request = text.slice(0, length);
        text = text.slice(length);
        onRequest(socket, { connection, nth: nth++, text: request });
      }
    });
  });
}

function requestLength(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = head + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  return text.length >= length ? length : undefined;
}

/** Raw: whatever a server may do to a connection. */
export async function listen(onConnection: (socket: Socket, connection: number) => void): Promise<LoopbackServer> {
  const sockets: Socket[] = [];
  const received: string[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = sockets.push(socket) - 1;
    received[connection] = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received[connection] += chunk.toString('latin1');
    });
    onConnection(socket, connection);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${String(port)}/`),
    port,
    sockets,
    received,
    close: () => closeServer(server, sockets),
  };
}

function closeServer(server: Server, sockets: readonly Socket[]): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
