import { LogHistogram } from '../collectors/histogram/log-histogram.js';
import { Moments } from '../collectors/histogram/moments.js';
import { nearestRank } from '../collectors/histogram/nearest-rank.js';
import type { BilledTime } from '../collectors/cost/tariff.js';
import type { DrawLatency, DrawOutcomes, DrawSummary, Metered } from './draw-summary.js';
import { billedMs, handlerMs } from './billed-ms.js';
import { ENDED, type Sink } from './station.js';

/** Percentiles to 0.1 % of us. */
const BITS = 10;
const UNITS_PER_MS = 1000;
/** Longer latencies count as this: 35 years in us. */
const MOST = 2 ** 50;

/** Counts how calls end. Calls of an earlier trace have negative numbers and are not counted. */
export class DrawSink implements Sink {
  readonly #dueMs: Float64Array;
  readonly #rule: BilledTime | null;
  readonly #startShare: number;
  readonly #latencies = new LogHistogram(BITS);
  readonly #moments = new Moments();
  readonly #starts = new Moments();
  readonly #counts = new Float64Array(4);
  #billedRequests = 0;
  #billedMs = 0;
  #billedStartMs = 0;
  /** Calls whose end is known. */
  told = 0;
  lastDoneMs = -Infinity;

  /** `rule`: null where requests are not billed. */
  constructor(dueMs: Float64Array, rule: BilledTime | null, startShare: number) {
    this.#dueMs = dueMs;
    this.#rule = rule;
    this.#startShare = startShare;
  }

  ended(seq: number, requests: number, outcome: number, doneMs: number, ranMs: number, startMs: number): void {
    if (seq < 0) return;
    this.told++;
    this.#counts[outcome] = (this.#counts[outcome] as number) + requests;
    if (doneMs > this.lastDoneMs) this.lastDoneMs = doneMs;
    if (startMs === startMs) this.#starts.add(startMs);
    if (outcome === ENDED.ok) {
      for (let i = seq; i < seq + requests; i++) {
        const ms = doneMs - (this.#dueMs[i] as number);
        this.#moments.add(ms);
        const units = ms * UNITS_PER_MS + 0.5;
        this.#latencies.record(units < MOST ? units : MOST);
      }
    }
    if (this.#rule !== null && ranMs === ranMs) this.#bill(this.#rule, ranMs, startMs);
  }

  #bill(rule: BilledTime, ranMs: number, startMs: number): void {
    const billed = billedMs(rule, handlerMs(ranMs, startMs, this.#startShare), startMs);
    this.#billedRequests++;
    this.#billedMs += billed;
    this.#billedStartMs += billed - billedMs(rule, ranMs, NaN);
  }

  summary(
    percentiles: readonly number[] = [],
  ): Pick<DrawSummary, 'outcomes' | 'latency' | 'all' | 'percentiles' | 'coldStarts'> {
    const [ok = 0, throttled = 0, timeout = 0, serverError = 0] = this.#counts;
    const outcomes = { ok, throttled, timeout, serverError };
    return {
      outcomes,
      latency: this.#latency(),
      all: { p50Ms: this.#ofAll(50, outcomes), p99Ms: this.#ofAll(99, outcomes) },
      percentiles: percentiles.map((p) => ({
        p,
        responseMs: ok === 0 ? null : this.#atRank(nearestRank(p, ok)),
        allMs: this.#ofAll(p, outcomes),
      })),
      coldStarts: { count: this.#starts.count, meanMs: this.#starts.mean },
    };
  }

  metered(): Pick<Metered, 'requests' | 'billedMs' | 'billedStartMs'> {
    return { requests: this.#billedRequests, billedMs: this.#billedMs, billedStartMs: this.#billedStartMs };
  }

  #latency(): DrawLatency | null {
    const { count, mean, stdev, min, max } = this.#moments;
    if (mean === null || stdev === null) return null;
    return {
      count,
      meanMs: mean,
      sdMs: stdev,
      p50Ms: this.#atRank(nearestRank(50, count)),
      p99Ms: this.#atRank(nearestRank(99, count)),
      minMs: min,
      maxMs: max,
    };
  }

  #ofAll(p: number, outcomes: DrawOutcomes): number | null {
    const { ok, throttled, timeout, serverError } = outcomes;
    const rank = nearestRank(p, ok + throttled + timeout + serverError);
    return rank > ok ? null : this.#atRank(rank);
  }

  #atRank(rank: number): number {
    const { min, max } = this.#moments;
    return Math.min(Math.max((this.#latencies.highestAt(rank) ?? 0) / UNITS_PER_MS, min), max);
  }
}
