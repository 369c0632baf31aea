import type { Backend, Call } from '../backends/backend.js';
import type { Clock } from '../clock.js';
import type { Outcome } from '../sample.js';
import { formBatches } from './form-batches.js';
import { createInFlight, inFlightMemory } from './in-flight.js';
import { createRecorder } from './recorder.js';
import { replayShard } from './replay-shard.js';
import type { Schedule } from './schedule.js';

const PER_MS = 10;
const CHUNK = 500;
/** Enough to compile what tells a batch apart. */
const MOST_TOGETHER = 16;

/**
 * Runs the loop itself over a schedule of so many requests against a stand-in, so that both are compiled, for each other, before
 * the first request: a cold loop is late for its first second.
 */
export async function warmLoop(
  clock: Clock,
  requests: number,
  standIn: Backend = answersAtOnce(clock),
  batchSize?: number,
): Promise<void> {
  const rehearsal = evenly(clock.now(), requests);
  const batching = { size: Math.min(batchSize ?? 1, MOST_TOGETHER), waitMs: 1 };
  await replayShard({
    schedule: batchSize === undefined ? rehearsal : formBatches(rehearsal, batching, { index: 0, of: 1 }),
    clock,
    backend: standIn.invokeBatch === undefined && batchSize !== undefined ? answersAtOnce(clock) : standIn,
    recorder: createRecorder(0, () => undefined),
    inFlight: createInFlight(inFlightMemory(1), 0, requests),
    timeoutMs: 1000,
    stop: new AbortController().signal,
  });
}

function answersAtOnce(clock: Clock): Backend {
  const answer = ({ handedMs }: Call): Promise<Outcome> =>
    Promise.resolve({ ok: true, sentMs: handedMs, doneMs: clock.now(), doneEarliestMs: handedMs });
  return { invoke: answer, invokeBatch: answer };
}

function* evenly(startMs: number, requests: number): Iterable<Schedule> {
  for (let first = 0; first < requests; first += CHUNK) {
    const rows = Math.min(CHUNK, requests - first);
    const dueMs = Float64Array.from({ length: rows }, (_, i) => startMs + (first + i) / PER_MS);
    const seq = Uint32Array.from({ length: rows }, (_, i) => first + i);
    yield { rows, dueMs, seq, payload: new Uint32Array(rows) };
  }
}
