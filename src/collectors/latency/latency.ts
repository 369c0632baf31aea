import type { Measure, Statistic } from '../../metric.js';
import type { Distribution, LatencyCurves, LatencySection } from '../../report.js';
import type { Plan } from '../../run.js';
import type { SampleBlock } from '../../sample.js';
import type { Collector, CollectorContext } from '../collector.js';
import { createHistogram, measureOf, type Histogram } from '../histogram/histogram.js';
import { IntervalLatencies } from '../histogram/interval-latencies.js';
import { latencyBuckets } from '../histogram/latency-buckets.js';
import type { LogHistogram } from '../histogram/log-histogram.js';
import { nearestRank } from '../histogram/nearest-rank.js';
import { curve, curvePercentiles } from '../histogram/percentile-curve.js';
import type { LatencyMetric } from './metrics.js';

/** The counts of a distribution, of the run and of its intervals. */
export interface CountedLatencies {
  readonly whole: LogHistogram;
  readonly intervals: IntervalLatencies;
}

/**
 * Response (done - due) and service (done - sent) of the successes after the warm-up. Where the first byte was not
 * seen, sent is the hand-over.
 */
export class Latency implements Collector<LatencySection> {
  readonly #plan: Plan;
  readonly #response: Counted;
  readonly #service: Counted;
  readonly #warmup: WarmupCount;
  #rowsSeen = 0;

  constructor({ plan }: CollectorContext) {
    this.#plan = plan;
    this.#response = new Counted(plan);
    this.#service = new Counted(plan);
    this.#warmup = new WarmupCount(plan);
  }

  add(block: SampleBlock): void {
    const { rows, dueMs, outcome, doneMs, sentMs, handedMs } = block;
    const { warmupMs } = this.#plan;
    this.#rowsSeen += rows;
    if (warmupMs > 0) this.#warmup.add(block);
    for (let i = 0; i < rows; i++) {
      const due = dueMs[i] as number;
      if (outcome[i] !== 0 || due < warmupMs) continue;
      const done = doneMs[i] as number;
      const sent = sentMs[i] as number;
      this.#response.record(due, done - due);
      this.#service.record(due, done - (Number.isNaN(sent) ? (handedMs[i] as number) : sent));
    }
  }

  merge(other: Latency): void {
    this.#response.addAll(other.#response);
    this.#service.addAll(other.#service);
    this.#warmup.addAll(other.#warmup);
    this.#rowsSeen += other.#rowsSeen;
  }

  /** `over`: of every planned request, or of those with an outcome so far. */
  measure({ of, statistic }: LatencyMetric, over: 'planned' | 'so far'): Measure {
    const [response, service] = [this.#response.histogram, this.#service.histogram];
    if (of !== 'all')
      return measureOf(of === 'response' ? response : service, statistic, 'no request succeeded after the warm-up');
    const count = over === 'planned' ? this.#counted : this.#rowsSeen - this.#warmup.seen;
    return measureWithFailures(response, count, statistic);
  }

  /** For what is written of them in other forms. */
  counts(): { readonly response: CountedLatencies; readonly service: CountedLatencies } {
    return { response: this.#response, service: this.#service };
  }

  finish(): LatencySection {
    const [response, service] = [this.#response.histogram, this.#service.histogram];
    return {
      response: response.distribution(),
      service: service.distribution(),
      all: withFailures(response, this.#counted),
      warmup: this.#warmup.requests(),
      curves: curves(response, service, this.#counted),
      histogram: latencyBuckets(response, service),
    };
  }

  /** How many planned requests are not warm-up. */
  get #counted(): number {
    return this.#plan.planned - this.#warmup.requests();
  }
}

/** Latencies of one kind. */
class Counted implements CountedLatencies {
  readonly histogram = createHistogram();
  readonly intervals: IntervalLatencies;

  constructor({ duePerSecond }: Plan) {
    this.intervals = new IntervalLatencies(duePerSecond.length);
  }

  record(dueMs: number, ms: number): void {
    this.intervals.record(dueMs, ms, this.histogram.record(ms));
  }

  addAll(other: Counted): void {
    this.histogram.addAll(other.histogram);
    this.intervals.addAll(other.intervals);
  }

  get whole(): LogHistogram {
    return this.histogram.counts;
  }
}

/** The distribution of `count` requests, of which those not in `response` never succeed. */
function withFailures(response: Histogram, count: number): Distribution {
  const successes = response.distribution();
  if (count <= response.count) return successes;
  const percentile = (p: number): number | null => response.atRank(nearestRank(p, count));
  return {
    count,
    meanMs: null,
    stdevMs: null,
    minMs: successes.minMs,
    p50Ms: percentile(50),
    p90Ms: percentile(90),
    p95Ms: percentile(95),
    p99Ms: percentile(99),
    p999Ms: percentile(99.9),
    maxMs: null,
  };
}

/** One number of `withFailures`. */
function measureWithFailures(response: Histogram, count: number, statistic: Statistic): Measure {
  const failed = count - response.count;
  if (failed <= 0) return measureOf(response, statistic, 'no request was due after the warm-up');
  if (statistic === 'count') return { value: count };
  const value =
    typeof statistic === 'object'
      ? response.atRank(nearestRank(statistic.p, count))
      : statistic === 'min'
        ? response.minMs
        : null;
  return value === null ? { value, why: tookForEver(failed, count), infinite: true } : { value };
}

function tookForEver(failed: number, count: number): string {
  const share = `${String(Number(((100 * failed) / count).toPrecision(3)))}%`;
  return `${String(failed)} of ${String(count)} requests (${share}) failed or were never sent, so it is infinite`;
}

/** `planned`: how many requests `all` is over. */
function curves(response: Histogram, service: Histogram, planned: number): LatencyCurves {
  const all = Math.max(planned, response.count);
  const percentile = curvePercentiles(all);
  const ofResponse = (rank: number): number | null => response.atRank(rank);
  return {
    percentile,
    responseMs: curve(percentile, response.count, ofResponse),
    serviceMs: curve(percentile, service.count, (rank) => service.atRank(rank)),
    allMs: curve(percentile, all, ofResponse),
  };
}

/** How many requests were planned before the end of the warm-up, whether or not they have a row. */
class WarmupCount {
  /** Those with a row. */
  seen = 0;
  #seenAfterWholeSeconds = 0;
  /** All of them, where the plan says so, which old ones do only for batches. */
  readonly #planned: number | undefined;
  readonly #warmupMs: number;
  readonly #wholeSecondsMs: number;
  readonly #dueInWholeSeconds: number;

  constructor({ warmupMs, duePerSecond, warmupRequests, batching }: Plan) {
    this.#planned = warmupRequests ?? batching?.warmupRequests;
    const seconds = Math.floor(warmupMs / 1000);
    this.#warmupMs = warmupMs;
    this.#wholeSecondsMs = seconds * 1000;
    this.#dueInWholeSeconds = duePerSecond.slice(0, seconds).reduce((sum, due) => sum + due, 0);
  }

  add({ rows, dueMs }: SampleBlock): void {
    for (let i = 0; i < rows; i++) {
      const due = dueMs[i] as number;
      if (due >= this.#warmupMs) continue;
      this.seen++;
      if (due >= this.#wholeSecondsMs) this.#seenAfterWholeSeconds++;
    }
  }

  addAll(other: WarmupCount): void {
    this.seen += other.seen;
    this.#seenAfterWholeSeconds += other.#seenAfterWholeSeconds;
  }

  /** Without a count of the plan there are its whole seconds; what is left of the warm-up is then known by its rows only. */
  requests(): number {
    return this.#planned ?? Math.max(this.seen, this.#dueInWholeSeconds + this.#seenAfterWholeSeconds);
  }
}
