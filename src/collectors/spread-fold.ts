import type { Spread } from '../report.js';
import { ExactSum } from './exact-sum.js';
import { LogHistogram } from './histogram/log-histogram.js';
import { nearestRank } from './histogram/nearest-rank.js';
import { PS_PER_MS, psOf } from './picoseconds.js';

const NS_PER_MS = 1e6;
const MOST_NS = 2 * 3600 * 1e9;
/** 0.1 %, and the buckets of `createHistogram`: the percentiles of equal samples are equal. */
const BITS = 10;

/** Mean, percentiles and maximum of lengths of time, many times cheaper than `createHistogram`. Ms outside, ns inside. */
export class SpreadFold {
  readonly #counts = new LogHistogram(BITS);
  readonly #sumPs = new ExactSum();
  #minMs = Infinity;
  #maxMs = -Infinity;

  /** Below 0 counts as 0; what is not finite is no measurement and is ignored. */
  record(ms: number): void {
    if (!(Math.abs(ms) < Infinity)) return;
    const positive = ms > 0 ? ms : 0;
    this.#sumPs.add(psOf(positive));
    if (positive < this.#minMs) this.#minMs = positive;
    if (positive > this.#maxMs) this.#maxMs = positive;
    const ns = positive * NS_PER_MS + 0.5;
    this.#counts.record(ns < MOST_NS ? ns : MOST_NS);
  }

  addAll(other: SpreadFold): void {
    this.#counts.addAll(other.#counts);
    this.#sumPs.addAll(other.#sumPs);
    this.#minMs = Math.min(this.#minMs, other.#minMs);
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
  }

  get count(): number {
    return this.#counts.count;
  }

  get meanMs(): number | null {
    if (this.count === 0) return null;
    return Math.min(Math.max(this.#sumPs.value / this.count / PS_PER_MS, this.#minMs), this.#maxMs);
  }

  get maxMs(): number | null {
    return this.count === 0 ? null : this.#maxMs;
  }

  get minMs(): number | null {
    return this.count === 0 ? null : this.#minMs;
  }

  percentileMs(p: number): number | null {
    return this.atRankMs(nearestRank(p, this.count));
  }

  /** The rank-th smallest, 1-based; null when there is no such rank. */
  atRankMs(rank: number): number | null {
    const ns = this.#counts.highestAt(rank);
    if (ns === null) return null;
    return rank === this.count ? this.#maxMs : Math.min(Math.max(ns / NS_PER_MS, this.#minMs), this.#maxMs);
  }

  spread(): Spread {
    return {
      p50Ms: this.percentileMs(50),
      p99Ms: this.percentileMs(99),
      p999Ms: this.percentileMs(99.9),
      maxMs: this.maxMs,
    };
  }
}
