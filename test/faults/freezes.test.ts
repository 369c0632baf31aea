import type { ChildProcess } from 'node:child_process';
import { createServer as createHttp1 } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { expectConserved, freshFolder, readReport, runCli, spawnCli } from '../support/run-cli.js';

const FROZEN_MS = 900;
const ANSWERED_AFTER_MS = 100;
const TIMEOUT_MS = 500;

const open: Server[] = [];
afterAll(() => {
  for (const server of open.splice(0)) server.close();
});

type Protocol = 'http' | 'http2' | 'closing';

interface Service {
  readonly port: number;
  /** Requests whose answer left later than this service means to answer, for want of a CPU. */
  late(): number;
}

/** Answers each request after 100 ms; `onRequest` gets its number. */
async function service(protocol: Protocol, onRequest: (n: number) => void): Promise<Service> {
  let [asked, late] = [0, 0];
  const answer = (_request: unknown, response: { end(body: string): unknown }): void => {
    const fromMs = performance.now();
    onRequest(++asked);
    setTimeout(() => {
      response.end('{"ok":true}');
      if (performance.now() - fromMs > TIMEOUT_MS / 2) late++;
    }, ANSWERED_AFTER_MS);
  };
  const server =
    protocol === 'http' ? createHttp1(answer) : protocol === 'http2' ? createHttp2(answer) : closing(answer);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, late: () => late };
}

/** HTTP/1.1 that closes all its connections, 500 ms after its 100th request, when it has answered. */
function closing(answer: (request: unknown, response: { end(body: string): unknown }) => void): Server {
  let asked = 0;
  const sockets = new Set<Socket>();
  return createTcp((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', () => {
      answer(undefined, {
        end: (body) => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`),
      });
      if (++asked !== 100) return;
      setTimeout(() => {
        for (const one of sockets) one.end();
      }, 500);
    });
  });
}

/** A run of 2 s at 100/s that is frozen when the service reads its 100th request. */
async function frozenRun(protocol: Protocol, flags: readonly string[]): Promise<{ out: string; late: number }> {
  let child: ChildProcess | undefined;
  const freeze = async (): Promise<void> => {
    child?.kill('SIGSTOP');
    await pause(FROZEN_MS);
    child?.kill('SIGCONT');
  };
  const { port, late } = await service(protocol, (n) => {
    if (n === 100) void freeze();
  });
  const out = freshFolder();
  const load = [
    '--rate',
    '100/s',
    '--requests',
    '200',
    '--process',
    'constant',
    '--timeout',
    `${String(TIMEOUT_MS)}ms`,
  ];
  const to = ['--backend', 'http', '--url', `http://127.0.0.1:${String(port)}/`, ...flags];
  const { code, stderr } = await spawnCli(['run', ...load, ...to, '-q', '--no-html', '-o', out], (started) => {
    child = started;
  });
  expect(code, stderr).toBe(96);
  return { out, late: late() };
}

describe('a process that is stopped for longer than the timeout', () => {
  it.concurrent.each([
    { protocol: 'http', flags: ['--pacing', 'economic'] },
    { protocol: 'http', flags: ['--pacing', 'exact'] },
    { protocol: 'http', flags: ['--pacing', 'economic', '--set', 'client=undici'] },
    { protocol: 'closing', flags: ['--pacing', 'economic'] },
    { protocol: 'closing', flags: ['--pacing', 'exact'] },
    { protocol: 'http2', flags: ['--pacing', 'economic', '--set', 'http2=prior-knowledge'] },
    { protocol: 'http2', flags: ['--pacing', 'exact', '--set', 'http2=prior-knowledge'] },
  ] as const)('reads what has arrived before a call times out ($protocol, $flags)', async ({ protocol, flags }) => {
    const { out, late } = await frozenRun(protocol, flags);
    const report = readReport(out);
    expectConserved(report);
    const { failures } = report.sections.outcomes;
    const { timeout = 0, ...others } = failures;
    expect(timeout).toBeLessThanOrEqual(late);
    // Nor does a request leave on a connection that was closed meanwhile.
    expect(others).toEqual({});
    const { stops } = report.sections.health;
    const longest = Math.max(...(stops?.longest ?? []).map(({ lengthMs }) => lengthMs));
    expect(longest).toBeGreaterThan(FROZEN_MS - 100);
    expect(longest).toBeLessThan(FROZEN_MS + 600);
    expect(report.verdict.reasons.join(' ')).toMatch(
      /The process was stopped (for|\d+ times for .* the longest) \d+ ms at \d\.\d s \(SIGSTOP, a paused container, or steal\)/,
    );
    const again = await runCli(['report', out]);
    expect(again.stdout).toContain('the process was stopped');
  });
});
