import type { Distribution, LatencySection } from '../report.js';
import type { Plan } from '../run.js';
import type { SampleBatch } from '../sample.js';
import type { Collector, CollectorContext } from './collector.js';
import { createHistogram, type Histogram } from './histogram.js';
import { nearestRank } from './nearest-rank.js';

/** Also gives its histograms, encoded, for the histogram log; until it is finished. */
export interface LatencyCollector extends Collector<LatencySection> {
  encode(): { readonly response: string; readonly service: string };
}

/**
 * Response (done - due) and service (done - sent) of the successes after the warm-up. Where the first byte was not
 * seen, sent is the hand-over. Needs `loadHistograms`.
 */
export function createLatency({ plan }: CollectorContext): LatencyCollector {
  const response = createHistogram();
  const service = createHistogram();
  const warmup = new WarmupCount(plan);
  return {
    add(batch) {
      const { rows, dueMs, outcome, doneMs, sentMs, handedMs } = batch;
      if (plan.warmupMs > 0) warmup.add(batch);
      for (let i = 0; i < rows; i++) {
        if (outcome[i] !== 0 || (dueMs[i] as number) < plan.warmupMs) continue;
        const done = doneMs[i] as number;
        const sent = sentMs[i] as number;
        response.record(done - (dueMs[i] as number));
        service.record(done - (Number.isNaN(sent) ? (handedMs[i] as number) : sent));
      }
    },
    encode: () => ({ response: response.encode(), service: service.encode() }),
    finish() {
      const section = {
        response: response.distribution(),
        service: service.distribution(),
        all: withFailures(response, plan.planned - warmup.requests()),
        warmup: warmup.requests(),
      };
      response.destroy();
      service.destroy();
      return section;
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

/** How many requests were planned before the end of the warm-up, whether or not they have a row. */
class WarmupCount {
  #seen = 0;
  #seenAfterWholeSeconds = 0;
  readonly #warmupMs: number;
  readonly #wholeSecondsMs: number;
  readonly #dueInWholeSeconds: number;

  constructor({ warmupMs, duePerSecond }: Plan) {
    const seconds = Math.floor(warmupMs / 1000);
    this.#warmupMs = warmupMs;
    this.#wholeSecondsMs = seconds * 1000;
    this.#dueInWholeSeconds = duePerSecond.slice(0, seconds).reduce((sum, due) => sum + due, 0);
  }

  add({ rows, dueMs }: SampleBatch): void {
    for (let i = 0; i < rows; i++) {
      const due = dueMs[i] as number;
      if (due >= this.#warmupMs) continue;
      this.#seen++;
      if (due >= this.#wholeSecondsMs) this.#seenAfterWholeSeconds++;
    }
  }

  /** The plan counts whole seconds; what is left of the warm-up is known by its rows only. */
  requests(): number {
    return Math.max(this.#seen, this.#dueInWholeSeconds + this.#seenAfterWholeSeconds);
  }
}
