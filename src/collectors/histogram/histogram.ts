import type { Measure, Statistic } from '../../metric.js';
import type { Distribution } from '../../report.js';
import { LogHistogram } from './log-histogram.js';
import { Moments } from './moments.js';
import { nearestRank } from './nearest-rank.js';

/** Latencies: exact moments, percentiles to 3 significant digits. */
export interface Histogram {
  /**
   * Ms. A negative difference of clock readings counts as 0; above 2 h the percentiles say 2 h (the moments stay
   * exact); what is not finite is no measurement and is ignored. Returns the bucket of `counts` that it is in; -1: ignored.
   */
  record(ms: number): number;
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
  /** By ns. */
  readonly counts: LogHistogram;
  readonly moments: Moments;
  /** Adds what another has recorded. */
  addAll(other: Pick<Histogram, 'counts' | 'moments'>): void;
}

const NS_PER_MS = 1e6;
/** What percentiles are clamped to. */
export const MOST_NS = 2 * 3600 * 1e9;

/**
 * Buckets are HdrHistogram's (exact below 2,048 ns, then 1,024 to each doubling), in a `LogHistogram`: a recording costs
 * 2-3 ns, in the library's WebAssembly 16-35, in its JavaScript 120-220, and its WebAssembly takes 100 ms of CPU to start.
 * What is written in its form is encoded in `hdr-encoding.ts`.
 */
export function createHistogram(): Histogram {
  return new LatencyHistogram();
}

/** One number of a histogram; `whyNone`: why an empty one has it not. */
export function measureOf(histogram: Histogram, statistic: Statistic, whyNone: string): Measure {
  if (statistic === 'count') return { value: histogram.count };
  const value =
    typeof statistic === 'object' ? histogram.percentile(statistic.p) : histogram[`${statistic}Ms` as const];
  return value === null ? { value, why: whyNone } : { value };
}

/** That of HdrHistogram's 3 significant digits. */
const BITS = 10;

class LatencyHistogram implements Histogram {
  readonly moments = new Moments();
  readonly counts = new LogHistogram(BITS);

  record(ms: number): number {
    if (!(Math.abs(ms) < Infinity)) return -1;
    const positive = ms > 0 ? ms : 0;
    this.moments.add(positive);
    const ns = positive * NS_PER_MS + 0.5; // the histogram floors
    return this.counts.record(ns < MOST_NS ? ns : MOST_NS);
  }

  addAll({ counts, moments }: Pick<Histogram, 'counts' | 'moments'>): void {
    this.counts.addAll(counts);
    this.moments.addAll(moments);
  }

  get count(): number {
    return this.moments.count;
  }

  get meanMs(): number | null {
    return this.moments.mean;
  }

  get stdevMs(): number | null {
    return this.moments.stdev;
  }

  get minMs(): number | null {
    return this.count === 0 ? null : this.moments.min;
  }

  get maxMs(): number | null {
    return this.count === 0 ? null : this.moments.max;
  }

  percentile(p: number): number | null {
    return this.atRank(nearestRank(p, this.count));
  }

  /** The upper edge of its bucket, which may lie outside of what was recorded, is not reported as such. */
  atRank(rank: number): number | null {
    const ns = this.counts.highestAt(rank);
    if (ns === null) return null;
    const { min, max } = this.moments;
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
}
