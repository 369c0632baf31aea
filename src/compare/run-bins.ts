import { readSamples } from '../run-folder/read-samples.js';
import { LogHistogram } from '../collectors/histogram/log-histogram.js';
import type { SampleBlock } from '../sample.js';

/** A run cut into equal lengths of due time, after the warm-up. */
export interface RunBins {
  readonly count: number;
  /** Length of each. */
  readonly seconds: number;
  /** Requests due in each, successes among them, and the sum of their response. */
  readonly requests: Float64Array;
  readonly ok: Float64Array;
  readonly sumMs: Float64Array;
  /** What the percentiles of a report can be: the upper edges of the buckets that have a success, ascending. */
  readonly edgesMs: Float64Array;
  /** The responses of the successes of each bin: indexes into `edgesMs`, and how many there are. */
  readonly cells: readonly { readonly bucket: Uint32Array; readonly times: Uint32Array }[];
}

/** More bins than this tell no more of bursts that last seconds. */
const MOST_BINS = 1000;

/** Reads the sample log of a run. Throws `UserError` where it cannot be read. */
export async function readRunBins(folder: string, durationMs: number, warmupMs: number): Promise<RunBins> {
  const seconds = Math.max(1, Math.ceil((durationMs - warmupMs) / 1000 / MOST_BINS));
  const count = Math.max(1, Math.ceil((durationMs - warmupMs) / 1000 / seconds));
  const [requests, ok, sumMs] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  const tallies = Array.from({ length: count }, () => new Map<number, number>());
  const range = { minMs: Infinity, maxMs: 0 };
  for await (const block of readSamples(folder)) {
    for (let row = 0; row < block.rows; row++) {
      const afterMs = (block.dueMs[row] as number) - warmupMs;
      if (!(afterMs >= 0)) continue;
      const bin = Math.min(count - 1, Math.floor(afterMs / 1000 / seconds));
      requests[bin] = (requests[bin] as number) + 1;
      if (block.outcome[row] === 0) take(block, row, bin);
    }
  }
  return { count, seconds, requests, ok, sumMs, ...cellsOf(tallies, range) };

  function take(block: SampleBlock, row: number, bin: number): void {
    const responseMs = Math.max(0, (block.doneMs[row] as number) - (block.dueMs[row] as number));
    range.minMs = Math.min(range.minMs, responseMs);
    range.maxMs = Math.max(range.maxMs, responseMs);
    const tally = tallies[bin] as Map<number, number>;
    const bucket = bucketOf(responseMs);
    ok[bin] = (ok[bin] as number) + 1;
    sumMs[bin] = (sumMs[bin] as number) + responseMs;
    tally.set(bucket, (tally.get(bucket) ?? 0) + 1);
  }
}

type Tally = ReadonlyMap<number, number>;

/** As a report reports them: no percentile lies outside of what was measured. */
function cellsOf(
  tallies: readonly Tally[],
  { minMs, maxMs }: { readonly minMs: number; readonly maxMs: number },
): Pick<RunBins, 'edgesMs' | 'cells'> {
  const used = [...new Set(tallies.flatMap((tally) => [...tally.keys()]))].sort((a, b) => a - b);
  const indexOf = new Map(used.map((bucket, i) => [bucket, i]));
  const edgeMs = (bucket: number): number => (BUCKETS.startOf(bucket + 1) - 1) / NS_PER_MS;
  return {
    edgesMs: Float64Array.from(used, (bucket) => Math.min(Math.max(edgeMs(bucket), minMs), maxMs)),
    cells: tallies.map((tally) => ({
      bucket: Uint32Array.from(tally.keys(), (bucket) => indexOf.get(bucket) as number),
      times: Uint32Array.from(tally.values()),
    })),
  };
}

const NS_PER_MS = 1e6;
/** The 2 h that a report clamps percentiles to. */
const MAX_NS = 2 * 3600 * 1e9;
/** Those of the latencies in a report: 0.1 % wide. */
const BUCKETS = new LogHistogram(10);

function bucketOf(ms: number): number {
  return BUCKETS.bucketOf(Math.min(ms * NS_PER_MS + 0.5, MAX_NS));
}
