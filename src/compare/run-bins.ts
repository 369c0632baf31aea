import { join } from 'node:path';
import { readSampleLog } from '../collectors/sample-log.js';
import type { SampleBatch } from '../sample.js';

/** A run cut into equal lengths of due time, after the warm-up. */
export interface RunBins {
  readonly count: number;
  /** Length of each. */
  readonly seconds: number;
  /** Requests due in each, successes among them, and the sum of their response. */
  readonly requests: Float64Array;
  readonly ok: Float64Array;
  readonly sumMs: Float64Array;
  /** The responses of the successes of each, counted in buckets of 1 %. */
  readonly cells: readonly { readonly bucket: Uint16Array; readonly times: Uint32Array }[];
}

/** More bins than this tell no more of bursts that last seconds. */
const MOST_BINS = 1000;

/** Reads the sample log of a run. Throws `UserError` where it cannot be read. */
export async function readRunBins(folder: string, durationMs: number, warmupMs: number): Promise<RunBins> {
  const seconds = Math.max(1, Math.ceil((durationMs - warmupMs) / 1000 / MOST_BINS));
  const count = Math.max(1, Math.ceil((durationMs - warmupMs) / 1000 / seconds));
  const [requests, ok, sumMs] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  const tallies = Array.from({ length: count }, () => new Map<number, number>());
  for await (const batch of readSampleLog(join(folder, 'samples.arrows'))) {
    for (let row = 0; row < batch.rows; row++) {
      const afterMs = (batch.dueMs[row] as number) - warmupMs;
      if (!(afterMs >= 0)) continue;
      const bin = Math.min(count - 1, Math.floor(afterMs / 1000 / seconds));
      requests[bin] = (requests[bin] as number) + 1;
      if (batch.outcome[row] === 0) take(batch, row, bin);
    }
  }
  return { count, seconds, requests, ok, sumMs, cells: tallies.map(cellsOf) };

  function take(batch: SampleBatch, row: number, bin: number): void {
    const responseMs = (batch.doneMs[row] as number) - (batch.dueMs[row] as number);
    const tally = tallies[bin] as Map<number, number>;
    const bucket = bucketOf(responseMs);
    ok[bin] = (ok[bin] as number) + 1;
    sumMs[bin] = (sumMs[bin] as number) + responseMs;
    tally.set(bucket, (tally.get(bucket) ?? 0) + 1);
  }
}

function cellsOf(tally: ReadonlyMap<number, number>): RunBins['cells'][number] {
  return { bucket: Uint16Array.from(tally.keys()), times: Uint32Array.from(tally.values()) };
}

const PER_E = 100;
/** Up to e^23 us, 2.7 h. */
export const buckets = 23 * PER_E + 1;

function bucketOf(ms: number): number {
  return Math.min(buckets - 1, Math.max(0, Math.round(Math.log(Math.max(ms * 1000, 1)) * PER_E)));
}

/** The middle of a bucket. */
export function bucketMs(bucket: number): number {
  return Math.exp(bucket / PER_E) / 1000;
}
