import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { freshFolder, readReport, runCli } from '../support/run-cli.js';

interface OneByOne {
  readonly url: string;
  /** Connections that were open at once, and accepted in all. */
  readonly seen: { most: number; accepted: number; silent: number };
}

/** Reads nothing of a connection before the one before it is closed, as servers with a worker for each connection do. */
async function oneByOne(): Promise<OneByOne> {
  const seen = { most: 0, accepted: 0, silent: 0 };
  const queue: Socket[] = [];
  const next = (): void => {
    const socket = queue[0];
    if (socket === undefined) return;
    let asked = false;
    socket.on('data', () => {
      asked = true;
      socket.end('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!asked) seen.silent++;
      queue.shift();
      next();
    });
    socket.resume();
  };
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    seen.accepted++;
    seen.most = Math.max(seen.most, queue.push(socket));
    if (queue.length === 1) next();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`, seen };
}

const RUN = ['--rate', '10/s', '--process', 'constant', '-n', '10', '--backend', 'http', '--pacing', 'economic'];
const QUIETLY = ['--workers', '1', '--no-html', '--quiet'];

it('a service that serves one connection at a time never sees one that no request needs', async () => {
  const { url, seen } = await oneByOne();
  const out = freshFolder();
  await runCli([...RUN, ...QUIETLY, '--url', url, '--out', out]);
  const { outcomes, health } = readReport(out).sections;
  expect(outcomes.ok).toBe(10);
  expect(seen).toMatchObject({ accepted: 10, silent: 0 });
  // Each request felt its own handshake.
  expect(health.handshake.count).toBe(10);
});

it('`check` sends its request on the only connection that it leaves open', async () => {
  const { url, seen } = await oneByOne();
  const { code } = await runCli(['check', '--backend', 'http', '--url', url, '--set', 'connections=4']);
  expect(code).toBe(0);
  // The other one asked whether the address can be reached, and was closed at once.
  expect(seen).toMatchObject({ accepted: 2, silent: 1 });
});
