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

/** Also gives single numbers, and its counts, for what is written of them in other forms. */
export interface LatencyCollector extends Collector<LatencySection> {
  /** `over`: of every planned request, or of those with an outcome so far. */
  measure(metric: LatencyMetric, over: 'planned' | 'so far'): Measure;
  counts(): { readonly response: CountedLatencies; readonly service: CountedLatencies };
}

/** The counts of a distribution, of the run and of its intervals. */
export interface CountedLatencies {
  readonly whole: LogHistogram;
  readonly intervals: IntervalLatencies;
}

/**
 * Response (done - due) and service (done - sent) of the successes after the warm-up. Where the first byte was not
 * seen, sent is the hand-over.
 */
export function createLatency({ plan }: CollectorContext): LatencyCollector {
  const response = createHistogram();
  const service = createHistogram();
  const intervals = {
    response: new IntervalLatencies(plan.duePerSecond.length),
    service: new IntervalLatencies(plan.duePerSecond.length),
  };
  const warmup = new WarmupCount(plan);
  let rowsSeen = 0;
  const countOfAll = (over: 'planned' | 'so far'): number =>
    over === 'planned' ? plan.planned - warmup.requests() : rowsSeen - warmup.seen;
  return {
    measure({ of, statistic }, over) {
      if (of === 'all') return measureWithFailures(response, countOfAll(over), statistic);
      return measureOf(of === 'response' ? response : service, statistic, 'no request succeeded after the warm-up');
    },
    add(block) {
      const { rows, dueMs, outcome, doneMs, sentMs, handedMs } = block;
      rowsSeen += rows;
      if (plan.warmupMs > 0) warmup.add(block);
      for (let i = 0; i < rows; i++) {
        const due = dueMs[i] as number;
        if (outcome[i] !== 0 || due < plan.warmupMs) continue;
        const done = doneMs[i] as number;
        const sent = sentMs[i] as number;
        const responseMs = done - due;
        const serviceMs = done - (Number.isNaN(sent) ? (handedMs[i] as number) : sent);
        intervals.response.record(due, responseMs, response.record(responseMs));
        intervals.service.record(due, serviceMs, service.record(serviceMs));
      }
    },
    counts: () => ({
      response: { whole: response.counts, intervals: intervals.response },
      service: { whole: service.counts, intervals: intervals.service },
    }),
    finish() {
      return {
        response: response.distribution(),
        service: service.distribution(),
        all: withFailures(response, plan.planned - warmup.requests()),
        warmup: warmup.requests(),
        curves: curves(response, service, plan.planned - warmup.requests()),
        histogram: latencyBuckets(response, service),
      };
    },
  };
}

/** The distribution of `count` requests, of which those not in `response` take for ever. */
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

  /** Without a count of the plan there are its whole seconds; what is left of the warm-up is then known by its rows only. */
  requests(): number {
    return this.#planned ?? Math.max(this.seen, this.#dueInWholeSeconds + this.#seenAfterWholeSeconds);
  }
}
