import { writeFileSync } from 'node:fs';
import { createServer as createHttp1 } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openCollector } from '../support/loopback-collector.js';
import { expectReported, faultCases, type FaultCase } from './fault-case.js';

const HOUR_MS = 3_600_000;
/** A busy machine delays a run by seconds, a jump that something follows by an hour. */
const MOST_MS = 600_000;
const REQUESTS = 300;

/** Sets the wall clock of every thread of a process as soon as this file is there; the monotonic clocks go on. */
const jump = (byMs: number, file: string): string => `
import { existsSync } from 'node:fs';
const Real = Date;
let isSet = false;
const now = () => Real.now() + ((isSet ||= existsSync(${JSON.stringify(file)})) ? ${String(byMs)} : 0);
globalThis.Date = class extends Real {
  constructor(...given) { if (given.length === 0) super(now()); else super(...given); }
  static now() { return now(); }
};
`;

interface Setting {
  readonly name: string;
  readonly server: (answer: Answer) => Server;
  readonly flags: readonly string[];
}

type Answer = (request: unknown, response: { end(body: string): unknown }) => void;

const SETTINGS: readonly Setting[] = [
  { name: 'HTTP/1.1', server: createHttp1, flags: [] },
  { name: 'undici', server: createHttp1, flags: ['--set', 'client=undici'] },
  { name: 'HTTP/2', server: createHttp2, flags: ['--set', 'http2=prior-knowledge'] },
];

function jumping({ name, server: serve, flags }: Setting, byMs: number): FaultCase {
  let server: Server;
  let collector: Awaited<ReturnType<typeof openCollector>>;
  let pushedBefore = Infinity;
  return {
    name: `${name}, ${byMs > 0 ? 'forward' : 'back'}`,
    async prepare({ folder }) {
      const file = join(folder, 'jumped');
      writeFileSync(join(folder, 'jump.mjs'), jump(byMs, file));
      collector = await openCollector();
      let asked = 0;
      server = serve((_request, response) => {
        if (++asked === REQUESTS / 3) {
          writeFileSync(file, '');
          pushedBefore = collector.received.length;
        }
        response.end('{}');
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return () => {
        collector.close();
        server.close();
      };
    },
    env: ({ folder }) => ({
      NODE_OPTIONS: `--import=${join(folder, 'jump.mjs')}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_METRIC_EXPORT_INTERVAL: '200',
    }),
    command: ({ out }) => [
      ...['run', '--rate', '60/s', '--requests', String(REQUESTS), '--process', 'constant', '--pacing', 'economic'],
      ...['--url', `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`, ...flags],
      ...['--timeout', '20s', '--no-html', '-o', out],
    ],
    holds(end, place) {
      const { sections, run } = expectReported(place);
      expect([sections.outcomes.ok, sections.outcomes.failures]).toEqual([REQUESTS, {}]);
      expect(run.endedMs).toBeLessThan(MOST_MS);
      expect(sections.latency.response?.maxMs).toBeLessThan(MOST_MS);
      expect(Math.abs(Date.now() - Date.parse(run.startedAt ?? ''))).toBeLessThan(MOST_MS);
      expect(run.notes).toContainEqual(
        expect.stringMatching(byMs > 0 ? /wall clock moved by 36\d\d\.\d s/ : /wall clock moved by -35\d\d\.\d s/),
      );
      // Not only the last one.
      expect(collector.received.length).toBeGreaterThanOrEqual(pushedBefore + 2);
      expect(end.stderr).not.toContain('warning');
    },
  };
}

faultCases(
  'a wall clock that is set by an hour during a run moves nothing',
  SETTINGS.flatMap((setting) => [jumping(setting, HOUR_MS), jumping(setting, -HOUR_MS)]),
);
