import { sliceOf, type SampleBlock } from '../sample.js';

/** How a thread lets others have its CPU. */
export interface Breather {
  /** Whether anybody wants the CPU; asked anew for each block. Absent: always. */
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
/** A block comes at the latest after so long. */
const FIRST_PERIOD_MS = 250;
/** When more blocks than this wait they are taken without a pause: each holds 320 kB. */
const MOST_WAITING = 4;

/**
 * Gives `take` each block in slices, with a pause before each: this thread may share a CPU with a worker, which is late by
 * as much as is done here at a stretch. There are as many slices as fit between two blocks; where blocks wait all the
 * same, slices are larger by the block size. Resolves when the whole block was taken. `breather` absent: no pauses.
 */
export function inSlices(
  take: (slice: SampleBlock) => void,
  breather?: Breather,
): (block: SampleBlock) => Promise<void> {
  const periodMs = periods(breather);
  let last = Promise.resolve();
  let waiting = 0;
  const takeAll = async (block: SampleBlock, leastRows: number): Promise<void> => {
    const pausing = breather?.isNeeded?.() === false ? undefined : breather;
    for (let from = 0, to = 0; from < block.rows; from = to) {
      if (waiting <= MOST_WAITING) await pausing?.pause();
      to = Math.min(block.rows, from + (pausing === undefined ? ROWS_WITHOUT_PAUSES : leastRows * waiting));
      take(sliceOf(block, from, to));
    }
    waiting--;
  };
  return (block) => {
    waiting++;
    const leastRows = Math.max(LEAST_ROWS, Math.ceil((block.rows * SLICE_MS) / periodMs()));
    last = last.then(() => takeAll(block, leastRows));
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
