import { createServer, request as forward, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface LoopbackProxy {
  readonly port: number;
  /** The first line of each request it took, and its credentials. */
  readonly seen: readonly { readonly line: string; readonly credentials: string | undefined }[];
  close(): void;
}

/** A proxy on this machine that tunnels and forwards to one port, whatever host it is asked for. */
export async function openLoopbackProxy(toPort: number): Promise<LoopbackProxy> {
  const seen: { line: string; credentials: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const see = ({ method = '', url = '', headers }: IncomingMessage): void => {
    seen.push({ line: `${method} ${url}`, credentials: headers['proxy-authorization'] });
  };
  const server = createServer((request, response) => {
    see(request);
    const { method, headers } = request;
    const onward = forward({ host: '127.0.0.1', port: toPort, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    see(request);
    const onward = connect(toPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const one of [socket, onward]) one.on('error', () => undefined);
    sockets.add(onward);
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
