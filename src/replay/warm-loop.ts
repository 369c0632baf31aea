import type { Backend } from '../backends/backend.js';
import type { Clock } from '../clock.js';
import { createInFlight, inFlightMemory } from './in-flight.js';
import { createRecorder } from './recorder.js';
import { replayShard } from './replay-shard.js';
import type { Schedule } from './schedule.js';

const REQUESTS = 5000;

/**
 * Runs the loop itself over a schedule of its own against nothing, so that it is compiled before the first request: a
 * cold loop is late for its first second.
 */
export async function warmLoop(clock: Clock): Promise<void> {
  const answersAtOnce: Backend = {
    invoke: (call) =>
      Promise.resolve({ ok: true, sentMs: call.handedMs, doneMs: clock.now(), doneEarliestMs: call.handedMs }),
  };
  await replayShard({
    schedule: everyTwentiethMs(clock.now()),
    clock,
    backend: answersAtOnce,
    recorder: createRecorder(0, () => undefined),
    inFlight: createInFlight(inFlightMemory(1), 0, REQUESTS),
    timeoutMs: 1000,
    stop: new AbortController().signal,
  });
}

function* everyTwentiethMs(startMs: number): Iterable<Schedule> {
  const rows = REQUESTS / 10;
  for (let first = 0; first < REQUESTS; first += rows) {
    const dueMs = Float64Array.from({ length: rows }, (_, i) => startMs + (first + i) / 20);
    yield { rows, dueMs, seq: new Uint32Array(rows), payload: new Uint32Array(rows) };
  }
}
