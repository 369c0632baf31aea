import hdr from 'hdr-histogram-js';
import type { Measure, Statistic } from '../metric.js';
import type { Distribution } from '../report.js';
import { Moments } from './moments.js';
import { nearestRank } from './nearest-rank.js';

/** Latencies: exact moments, percentiles to 3 significant digits. Lives outside the JavaScript heap: `destroy` it. */
export interface Histogram {
  /**
   * Ms. A negative difference of clock readings counts as 0; above 2 h the percentiles say 2 h (the moments stay
   * exact); what is not finite is no measurement and is ignored.
   */
  record(ms: number): void;
  readonly count: number;
  /** Exact, ms; null when empty. */
  readonly meanMs: number | null;
  readonly stdevMs: number | null;
  readonly minMs: number | null;
  readonly maxMs: number | null;
  /** The value at `nearestRank(p, count)`, ms; 0 < p <= 100; null when empty. */
  percentile(p: number): number | null;
  /** The rank-th smallest value, ms, 1-based; null when there is no such rank. */
  atRank(rank: number): number | null;
  distribution(): Distribution;
  /** HdrHistogram's V2 encoding, compressed, base64; values in ns. */
  encode(): string;
  destroy(): void;
}

const NS_PER_MS = 1e6;
const MOST_NS = 2 * 3600 * 1e9;

/** Compiles the WebAssembly that holds the counts; once, before the first `createHistogram`. */
export async function loadHistograms(): Promise<void> {
  await hdr.initWebAssembly();
}

/** Needs `loadHistograms`. Buckets are HdrHistogram's: exact below 2,048 ns, then 1,024 to each doubling. */
export function createHistogram(): Histogram {
  return new WasmHistogram();
}

/** One number of a histogram; `whyNone`: why an empty one has it not. */
export function measureOf(histogram: Histogram, statistic: Statistic, whyNone: string): Measure {
  if (statistic === 'count') return { value: histogram.count };
  const value =
    typeof statistic === 'object' ? histogram.percentile(statistic.p) : histogram[`${statistic}Ms` as const];
  return value === null ? { value, why: whyNone } : { value };
}

class WasmHistogram implements Histogram {
  readonly #moments = new Moments();
  readonly #counts = hdr.build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MOST_NS,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: true,
  });

  record(ms: number): void {
    if (!(Math.abs(ms) < Infinity)) return;
    const positive = ms > 0 ? ms : 0;
    this.#moments.add(positive);
    const ns = positive * NS_PER_MS + 0.5; // the histogram floors
    this.#counts.recordValue(ns < MOST_NS ? ns : MOST_NS);
  }

  get count(): number {
    return this.#moments.count;
  }

  get meanMs(): number | null {
    return this.#moments.mean;
  }

  get stdevMs(): number | null {
    return this.#moments.stdev;
  }

  get minMs(): number | null {
    return this.count === 0 ? null : this.#moments.min;
  }

  get maxMs(): number | null {
    return this.count === 0 ? null : this.#moments.max;
  }

  percentile(p: number): number | null {
    return this.atRank(nearestRank(p, this.count));
  }

  /**
   * The library takes a percentage and turns it into a rank, rounding up or to the nearest depending on the build:
   * a quarter below the wanted rank means that rank under both. Its answer is the upper edge of a bucket, which may
   * lie outside of what was recorded.
   */
  atRank(rank: number): number | null {
    if (rank < 1 || rank > this.count) return null;
    const { min, max } = this.#moments;
    const ns = this.#counts.getValueAtPercentile(((rank - 0.25) / this.count) * 100);
    return rank === this.count ? max : Math.min(Math.max(ns / NS_PER_MS, min), max);
  }

  distribution(): Distribution {
    return {
      count: this.count,
      meanMs: this.meanMs,
      stdevMs: this.stdevMs,
      minMs: this.minMs,
      p50Ms: this.percentile(50),
      p90Ms: this.percentile(90),
      p95Ms: this.percentile(95),
      p99Ms: this.percentile(99),
      p999Ms: this.percentile(99.9),
      maxMs: this.maxMs,
    };
  }

  encode(): string {
    return hdr.encodeIntoCompressedBase64(this.#counts);
  }

  destroy(): void {
    this.#counts.destroy();
  }
}
