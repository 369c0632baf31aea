import { sliceOf, type SampleBatch } from '../sample.js';

/** How a thread lets others have its CPU. */
export interface Breather {
  /** Whether anybody wants the CPU; asked anew for each batch. Absent: always. */
  isNeeded?(): boolean;
  pause(): Promise<void>;
  /** Ms on any clock. */
  now(): number;
}

/** Some 0.05 ms of work, as much again as waking up for it. */
const LEAST_ROWS = 32;
const ROWS_WITHOUT_PAUSES = 256;
/** What a slice takes with its pause on a CPU that is shared. */
const SLICE_MS = 2.5;
/** A batch comes at the latest after so long. */
const FIRST_PERIOD_MS = 250;
/** When more batches than this wait they are taken without a pause: each holds 320 kB. */
const MOST_WAITING = 4;

/**
 * Gives `take` each batch in slices, with a pause before each: this thread may share a CPU with a worker, which is late by
 * as much as is done here at a stretch. There are as many slices as fit between two batches; where batches wait all the
 * same, slices are larger by the batch size. Resolves when the whole batch was taken. `breather` absent: no pauses.
 */
export function inSlices(
  take: (slice: SampleBatch) => void,
  breather?: Breather,
): (batch: SampleBatch) => Promise<void> {
  const periodMs = periods(breather);
  let last = Promise.resolve();
  let waiting = 0;
  const takeAll = async (batch: SampleBatch, leastRows: number): Promise<void> => {
    const pausing = breather?.isNeeded?.() === false ? undefined : breather;
    for (let from = 0, to = 0; from < batch.rows; from = to) {
      if (waiting <= MOST_WAITING) await pausing?.pause();
      to = Math.min(batch.rows, from + (pausing === undefined ? ROWS_WITHOUT_PAUSES : leastRows * waiting));
      take(sliceOf(batch, from, to));
    }
    waiting--;
  };
  return (batch) => {
    waiting++;
    const leastRows = Math.max(LEAST_ROWS, Math.ceil((batch.rows * SLICE_MS) / periodMs()));
    last = last.then(() => takeAll(batch, leastRows));
    return last;
  };
}

/** Ms since it was asked before. */
function periods(breather: Breather | undefined): () => number {
  let beforeMs: number | undefined;
  return () => {
    const nowMs = breather?.now() ?? 0;
    const periodMs = beforeMs === undefined ? FIRST_PERIOD_MS : nowMs - beforeMs;
    beforeMs = nowMs;
    return Math.min(Math.max(periodMs, SLICE_MS), FIRST_PERIOD_MS);
  };
}
