import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseLogTail } from '#src/backends/lambda/parse-log-tail';
import { handlerReport } from '#src/backends/aws/handler-report';
import { STAGE_NAMES } from '#src/sample';

const ms = fc.double({ min: 0, max: 86_400_000, noNaN: true, noDefaultInfinity: true });
const stages = fc.record(
  Object.fromEntries([...STAGE_NAMES, 'cpuMs'].map((name) => [name, ms])) as Record<string, typeof ms>,
);
const told = (told: object): string => `x-replay-usage ${JSON.stringify(told)}`;
const report = (init: string): string =>
  `REPORT RequestId: 1\tDuration: 5.00 ms\tBilled Duration: 6 ms\tMemory Size: 128 MB\tMax Memory Used: 35 MB\t${init}\n`;
const COLD = 'Init Duration: 100.00 ms\t';
const tail = (log: string) => parseLogTail(Buffer.from(log).toString('base64'));

it('stages come from the header as they were reported', () => {
  fc.assert(
    fc.property(stages, (given) => {
      const headers = { 'x-replay-cold-start': 'cold', 'x-replay-usage': JSON.stringify(given) };
      expect(handlerReport({ headers })).toEqual({ coldStart: 'cold', usage: given });
    }),
  );
});

it('and from the log of a new environment, in its text and its JSON form, beside what the platform reports', () => {
  fc.assert(
    fc.property(stages, fc.boolean(), (given, isJson) => {
      const line = told({ durationMs: 1, initMs: 2, memoryMb: 3, ...given });
      const printed = isJson
        ? JSON.stringify({ level: 'INFO', message: line })
        : `2026-11-01T00:00:00Z\t1\tINFO\t${line}`;
      expect(tail(`${printed}\n${report(COLD)}`)?.usage).toEqual({
        durationMs: 5,
        billedMs: 6,
        initMs: 100,
        memoryMb: 128,
        maxMemoryMb: 35,
        ...given,
      });
    }),
  );
});

it.each([
  ['a warm environment has none', told({ importMs: 7 }), ''],
  ['cut off at the front', told({ importMs: 7 }).slice(3), COLD],
  ['no JSON', 'x-replay-usage {importMs: 7}', COLD],
  ['no quantity', told({ importMs: -7 }), COLD],
  ['too long', told({ importMs: 7, padding: 'x'.repeat(600) }), COLD],
])('not in the log: %s', (_why, line, init) => {
  const usage = tail(`${line}\n${report(init)}`)?.usage;
  expect(usage).toMatchObject({ durationMs: 5 });
  expect(usage).not.toHaveProperty('importMs');
});
