import { sliceOf, type SampleBatch } from '../sample.js';

/** Some 0.1 ms of work. */
const SLICE_ROWS = 256;

/**
 * Gives `take` each batch in slices, with a pause before each while no other batch waits: this thread may share a CPU with
 * a worker, which is late by as much as is done here at a stretch. Resolves when the whole batch was taken.
 */
export function inSlices(
  take: (slice: SampleBatch) => void,
  pause: () => Promise<void>,
): (batch: SampleBatch) => Promise<void> {
  let last = Promise.resolve();
  let waiting = 0;
  const takeAll = async (batch: SampleBatch): Promise<void> => {
    for (let from = 0; from < batch.rows; from += SLICE_ROWS) {
      if (waiting === 1) await pause();
      take(sliceOf(batch, from, Math.min(batch.rows, from + SLICE_ROWS)));
    }
    waiting--;
  };
  return (batch) => {
    waiting++;
    last = last.then(() => takeAll(batch));
    return last;
  };
}
