import assert from 'node:assert/strict';
import type { Backend } from '../backends/backend.js';
import { clockBound } from '../loop/clock-bound.js';
import { createInFlight, inFlightMemory } from '../loop/in-flight.js';
import { createRecorder } from '../loop/recorder.js';
import { replayShard } from '../loop/replay-shard.js';
import { createVirtualClock } from '../time/virtual-clock.js';
import type { ContractSubject, Subject } from './contract-subject.js';
import { evenlyDue } from './evenly-due.js';
import { openedBackend } from './opened-backend.js';
import { assertTimes, rowsOf, type Row } from './rows-of.js';

/** The backend under the loop in virtual time, if it waits on the clock. */
export function virtualContract({ it, plugin, options, payloads = [] }: ContractSubject): void {
  if (plugin.waits === 'on-the-world') return;
  it(`${plugin.name}: waits on the clock alone, so that two runs in virtual time are the same`, async () => {
    const rows = await replayedVirtually({ plugin, options, payloads }, 40);
    assert.equal(rows.length, 40);
    for (const row of rows) {
      assertTimes(row);
      assert.equal(row.outcome, 'ok', row.detail);
    }
    assert.deepEqual(await replayedVirtually({ plugin, options, payloads }, 40), rows);
  });
}

async function replayedVirtually(subject: Subject, count: number): Promise<Row[]> {
  const clock = createVirtualClock({ byCallback: subject.plugin.waits === 'by-callback' });
  const { signal } = new AbortController();
  const rows: Row[] = [];
  const recorder = createRecorder(0, (block) => rows.push(...rowsOf(block)));
  const places = createInFlight(inFlightMemory(1), 0, 1000);
  const { inFlight, beforeJump } = clockBound(subject.plugin, clock, places);
  const everything = async (): Promise<Backend> => {
    const backend = await openedBackend(subject, clock.ofBackend, signal, true);
    const schedule = [evenlyDue(count, clock.now() + 5)];
    await replayShard({ schedule, clock, backend, recorder, inFlight, timeoutMs: 30_000, stop: signal });
    return backend;
  };
  const backend = await clock.drive(everything(), { beforeJump });
  recorder.flush();
  await backend.close?.();
  return rows;
}
