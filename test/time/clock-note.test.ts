import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { arrivalStoreWriter } from '#src/trace-file/arrival-store';
import { clockNote } from '#src/time/clock-note';
import { replay } from '#src/replay/replay';
import { freshFolder } from '../support/run-cli.js';

it.each([
  [60_000, 60_000, undefined],
  [64_900, 60_000, undefined],
  [55_100, 60_000, undefined],
  [3_660_000, 60_000, /took 60\.0 s by its own clock, the wall clock moved by 3660\.0 s: this machine slept/],
  [NaN, 0, undefined],
  [-3_540_000, 60_000, /moved by -3540\.0 s: its wall clock was set/],
] as const)('wall %f ms, run %f ms', (wallMs, runMs, note) => {
  if (note === undefined) expect(clockNote(wallMs, runMs)).toBeUndefined();
  else expect(clockNote(wallMs, runMs)).toMatch(note);
});

it('a run during which the wall clock jumped says so, and is valid', async () => {
  const writer = arrivalStoreWriter({ spoolDir: tmpdir() });
  writer.appendChunk(Float64Array.from({ length: 11 }, (_, i) => 110 * i));
  const { store, sha256, count } = writer.finish();
  let jumpMs = 0;
  const { report } = await replay(
    {
      trace: { name: 'few', durationMs: 1200, count, sha256, payloads: [], store },
      ...{ backend: 'null', backendOptions: {}, fromMs: 0, toMs: Infinity, speed: 1, workers: 1, pacing: 'economic' },
      ...{ time: 'real', maxInFlight: undefined, connections: undefined, timeoutMs: 1000, warmupMs: 0, seed: 1 },
      ...{ maxLatenessMs: 1000, out: freshFolder(), html: false },
    },
    {
      ...{ folder: process.cwd(), env: {}, stop: new AbortController().signal, say: () => undefined },
      date: () => new Date(Date.now() + jumpMs),
      onProgress: () => (jumpMs = 3_600_000),
    },
  );
  expect(report.run.notes).toEqual([expect.stringMatching(/the wall clock moved by 3601\.\d s: this machine slept/)]);
  expect(report.verdict.reasons.filter((reason) => reason.includes('clock'))).toEqual([]);
});
