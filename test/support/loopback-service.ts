import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LoopbackService {
  readonly url: string;
  /** How many requests it was sent. */
  asked(): number;
  close(): void;
}

/** An HTTP service on this machine that answers `{}` to everything. */
export async function openLoopbackService(): Promise<LoopbackService> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    request.resume();
    request.on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    asked: () => asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Where no service listens: what a service has just left. */
export async function goneServiceUrl(): Promise<string> {
  const { url, close } = await openLoopbackService();
  close();
  return url;
}
