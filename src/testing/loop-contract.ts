import assert from 'node:assert/strict';
import type { Backend } from '../backends/backend.js';
import { createInFlight, inFlightMemory } from '../loop/in-flight.js';
import { createRecorder } from '../loop/recorder.js';
import { replayShard } from '../loop/replay-shard.js';
import { createSystemClock } from '../time/system-clock.js';
import type { ContractSubject, Subject } from './contract-subject.js';
import { evenlyDue } from './evenly-due.js';
import { openedBackend } from './opened-backend.js';
import { assertTimes, rowsOf, type Row } from './rows-of.js';

/** The backend under the loop that measures, in real time. */
export function loopContract({ it, plugin, options, payloads = [] }: ContractSubject): void {
  it(`${plugin.name}: answers every request once, with times in order`, async () => {
    const rows = await replayed({ plugin, options, payloads }, { count: 40, timeoutMs: 30_000 });
    assert.deepEqual(
      rows.map(({ seq }) => seq).sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, i) => i),
    );
    for (const row of rows) assertTimes(row);
    assert.deepEqual(new Set(rows.map(({ outcome }) => outcome)), new Set(['ok']));
  });

  it(`${plugin.name}: what is open at a stop is released`, async () => {
    const rows = await replayed({ plugin, options, payloads }, { count: 40, timeoutMs: 30_000, stopAfter: 20 });
    assert.equal(rows.length, 20);
    for (const row of rows) {
      assertTimes(row);
      assert.ok(row.outcome === 'ok' || row.outcome === 'aborted', row.detail);
    }
  });
}

async function replayed(
  { plugin, options, payloads }: Subject,
  load: { count: number; timeoutMs: number; stopAfter?: number },
): Promise<Row[]> {
  const clock = createSystemClock('exact');
  const stop = new AbortController();
  const rows: Row[] = [];
  const backend = await openedBackend({ plugin, options, payloads }, clock, stop.signal);
  let calls = 0;
  const stopping: Backend = {
    invoke(call) {
      const answer = backend.invoke(call);
      if (++calls === load.stopAfter) stop.abort();
      return answer;
    },
  };
  const recorder = createRecorder(0, (block) => rows.push(...rowsOf(block)));
  await replayShard({
    schedule: [evenlyDue(load.count, clock.now() + 5)],
    clock,
    backend: stopping,
    recorder,
    inFlight: createInFlight(inFlightMemory(1), 0, 1000),
    timeoutMs: load.timeoutMs,
    stop: stop.signal,
  });
  recorder.flush();
  await backend.close?.();
  clock.close();
  return rows;
}
