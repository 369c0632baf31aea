import type { LatencyHistogram } from '../report.js';
import { LogHistogram } from './log-histogram.js';

const BITS = 3;
const US_PER_MS = 1000;
/** The 2 h that all latencies are clamped to. */
const MOST_US = 2 * 3600 * 1e6;

/** Response and service times in buckets coarse enough to draw. */
export class LatencyBuckets {
  readonly #response = new LogHistogram(BITS);
  readonly #service = new LogHistogram(BITS);

  record(responseMs: number, serviceMs: number): void {
    recordMs(this.#response, responseMs);
    recordMs(this.#service, serviceMs);
  }

  /** From the first bucket with a count to the last. */
  columns(): LatencyHistogram {
    const [response, service] = [this.#response, this.#service];
    const larger = response.buckets > service.buckets ? response : service;
    const used = Array.from({ length: larger.buckets }, (_, i) => i).filter(
      (bucket) => response.countIn(bucket) + service.countIn(bucket) > 0,
    );
    const [first, last] = [used[0], used.at(-1)];
    if (first === undefined || last === undefined) return { edgesMs: [], response: [], service: [] };
    const buckets = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    return {
      edgesMs: [...buckets, last + 1].map((bucket) => larger.startOf(bucket) / US_PER_MS),
      response: buckets.map((bucket) => response.countIn(bucket)),
      service: buckets.map((bucket) => service.countIn(bucket)),
    };
  }
}

function recordMs(histogram: LogHistogram, ms: number): void {
  const us = ms * US_PER_MS;
  if (us > 0 && us < MOST_US) histogram.record(us);
  else if (Math.abs(us) < Infinity) histogram.record(us > 0 ? MOST_US : 0);
}
