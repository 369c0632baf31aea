import type { Backend } from '../backends/backend.js';
import type { Clock } from '../clock.js';
import { createInFlight, inFlightMemory } from './in-flight.js';
import { createRecorder } from './recorder.js';
import { replayShard } from './replay-shard.js';
import type { Schedule } from './schedule.js';

const PER_MS = 10;
const CHUNK = 500;

/**
 * Runs the loop itself over a schedule of so many requests against a stand-in, so that both are compiled, for each other, before
 * the first request: a cold loop is late for its first second.
 */
export async function warmLoop(clock: Clock, requests: number, standIn: Backend = answersAtOnce(clock)): Promise<void> {
  await replayShard({
    schedule: evenly(clock.now(), requests),
    clock,
    backend: standIn,
    recorder: createRecorder(0, () => undefined),
    inFlight: createInFlight(inFlightMemory(1), 0, requests),
    timeoutMs: 1000,
    stop: new AbortController().signal,
  });
}

function answersAtOnce(clock: Clock): Backend {
  return {
    invoke: (call) =>
      Promise.resolve({ ok: true, sentMs: call.handedMs, doneMs: clock.now(), doneEarliestMs: call.handedMs }),
  };
}

function* evenly(startMs: number, requests: number): Iterable<Schedule> {
  for (let first = 0; first < requests; first += CHUNK) {
    const rows = Math.min(CHUNK, requests - first);
    const dueMs = Float64Array.from({ length: rows }, (_, i) => startMs + (first + i) / PER_MS);
    yield { rows, dueMs, seq: new Uint32Array(rows), payload: new Uint32Array(rows) };
  }
}
