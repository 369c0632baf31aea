import type { ChildProcess } from 'node:child_process';
import { createServer as createHttp1 } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { runCli } from '../support/run-cli.js';
import { expectReported, faultCases, type FaultCase } from './fault-case.js';

const FROZEN_MS = 900;
const CLOSED_AFTER_MS = 500;
const ANSWERED_AFTER_MS = 100;
const TIMEOUT_MS = 500;
/** The run is frozen when the service reads this request. */
const FREEZING = 100;

interface Row {
  readonly seq: number;
  readonly outcome: string;
  readonly done_ms: number;
}

type Protocol = 'HTTP/1.1' | 'HTTP/2' | 'HTTP/1.1, closed meanwhile';
type Answer = (seq: number, end: () => void) => void;

function serverOf(protocol: Protocol, answer: Answer): Server {
  if (protocol === 'HTTP/1.1, closed meanwhile') return closing(answer);
  const serve = (
    { headers }: { headers: NodeJS.Dict<string | string[]> },
    response: { end(body: string): unknown },
  ) => {
    answer(Number(headers['x-seq']), () => response.end('{"ok":true}'));
  };
  return protocol === 'HTTP/1.1' ? createHttp1(serve) : createHttp2(serve);
}

/** HTTP/1.1 that closes all its connections while the run is frozen, all answers given. */
function closing(answer: Answer): Server {
  let asked = 0;
  const sockets = new Set<Socket>();
  return createTcp((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      answer(Number(/x-seq: (\d+)/i.exec(bytes.toString())?.[1]), () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
      });
      if (++asked !== FREEZING) return;
      setTimeout(() => {
        for (const one of sockets) one.end();
      }, CLOSED_AFTER_MS);
    });
  });
}

/** A run of 2 s at 100/s whose process is stopped for longer than the timeout while the service answers. */
function frozen(protocol: Protocol, flags: readonly string[]): FaultCase {
  let [port, asked, isFrozen] = [0, 0, false];
  let child: ChildProcess | undefined;
  const answeredMeanwhile: number[] = [];
  const freeze = async (): Promise<void> => {
    isFrozen = child?.kill('SIGSTOP') ?? false;
    await pause(FROZEN_MS);
    isFrozen = false;
    child?.kill('SIGCONT');
  };
  return {
    name: `${protocol}, ${flags.join(' ')}`,
    async prepare() {
      const server = serverOf(protocol, (seq, end) => {
        if (++asked === FREEZING) void freeze();
        setTimeout(() => {
          if (isFrozen) answeredMeanwhile.push(seq);
          end();
        }, ANSWERED_AFTER_MS);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
      return () => {
        server.close();
      };
    },
    command: ({ out }) => [
      ...[
        'run',
        '--rate',
        '100/s',
        '--requests',
        '200',
        '--process',
        'constant',
        '--timeout',
        `${String(TIMEOUT_MS)}ms`,
      ],
      ...['--backend', 'http', '--url', `http://127.0.0.1:${String(port)}/`, '-H', 'x-seq: {seq}'],
      ...['-q', '--no-html', '-o', out, ...flags],
    ],
    during(started) {
      child = started;
    },
    async holds({ code, stderr }, place) {
      expect(code, stderr).toBe(96);
      const { sections, verdict } = expectReported(place);
      const [longest] = [...(sections.health.stops?.longest ?? [])].sort((a, b) => b.lengthMs - a.lengthMs);
      const { atMs = NaN, lengthMs = NaN } = longest ?? {};
      expect(lengthMs).toBeGreaterThan(FROZEN_MS - 100);
      expect(verdict.reasons.join(' ')).toMatch(
        /The process was stopped (for|\d+ times for .* the longest) \d+ ms at \d\.\d s \(SIGSTOP, a paused container, or steal\)/,
      );
      // A machine may be too busy for this service to answer in time at other times.
      const { stdout } = await runCli(['export', place.out, '--format', 'jsonl']);
      const rows = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Row);
      const timedOut = rows.filter(({ outcome, done_ms }) => outcome === 'timeout' && done_ms > atMs + 100);
      expect(answeredMeanwhile.length).toBeGreaterThan(0);
      expect(timedOut.filter(({ seq }) => answeredMeanwhile.includes(seq))).toEqual([]);
      expect(sections.outcomes.failures['stale-connection'] ?? 0).toBe(0);
    },
  };
}

faultCases('a process that is stopped for longer than the timeout reads what has arrived before a call times out', [
  frozen('HTTP/1.1', ['--pacing', 'economic']),
  frozen('HTTP/1.1', ['--pacing', 'exact']),
  frozen('HTTP/1.1', ['--pacing', 'economic', '--set', 'client=undici']),
  frozen('HTTP/1.1, closed meanwhile', ['--pacing', 'economic']),
  frozen('HTTP/1.1, closed meanwhile', ['--pacing', 'exact']),
  frozen('HTTP/2', ['--pacing', 'economic', '--set', 'http2=prior-knowledge']),
  frozen('HTTP/2', ['--pacing', 'exact', '--set', 'http2=prior-knowledge']),
]);
