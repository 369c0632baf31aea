import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MachineTruth } from './truths.js';

export interface TruthServer {
  readonly url: string;
  close(): void;
}

/** A machine that no model knows, behind HTTP on loopback, in real time: 200, or 503 for who waited too long. */
export async function startTruthServer(numbers: Readonly<Record<string, number>>): Promise<TruthServer> {
  const truth = new MachineTruth(numbers);
  const began = performance.now();
  const now = (): number => performance.now() - began;
  let timer: NodeJS.Timeout | undefined;
  const wakeUp = (): void => {
    clearTimeout(timer);
    if (truth.nextMs < Infinity)
      timer = setTimeout(() => {
        truth.advance(now());
        wakeUp();
      }, truth.nextMs - now());
  };
  const server = createServer((request, response) => {
    request.resume();
    truth.arrive(now(), ({ ok }) => {
      response.statusCode = ok ? 200 : 503;
      response.end(ok ? '{"ok":true}' : 'waited too long');
    });
    wakeUp();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    close: () => {
      clearTimeout(timer);
      server.closeAllConnections();
      server.close();
    },
  };
}
