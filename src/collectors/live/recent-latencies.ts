import { HISTORY_SECONDS, RECENT_SECONDS, type FoldedSoFar } from '../../progress.js';
import { LogHistogram } from '../histogram/log-histogram.js';
import { nearestRank } from '../histogram/nearest-rank.js';

/** A bucket is at most 0.8 % of its value wide. */
const BITS = 7;
const US_PER_MS = 1000;
const MOST_US = 2 * 3600 * 1e6;
/** More seconds than are shown, a power of two. */
const SLOTS = 64;

interface Second {
  readonly second: number;
  readonly latencies: LogHistogram;
}

/** Response times by the second of their answer, of the last minute only. */
export class RecentLatencies {
  readonly #slots: (Second | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

  /** Answers older than the minute are forgotten. */
  record(doneMs: number, responseMs: number): void {
    const second = Math.floor(doneMs / 1000);
    const slot = this.#slots[second & (SLOTS - 1)];
    if (slot?.second === second) slot.latencies.record(usOf(responseMs));
    else if (slot === undefined || slot.second < second) this.#begin(second).record(usOf(responseMs));
  }

  soFar(nowMs: number): Pick<FoldedSoFar, 'recent' | 'seconds'> {
    const now = Math.floor(nowMs / 1000);
    const together = new LogHistogram(BITS);
    for (let second = now - RECENT_SECONDS; second <= now; second++) {
      const latencies = this.#at(second);
      if (latencies !== undefined) together.addAll(latencies);
    }
    const seconds = Math.max(0, Math.min(HISTORY_SECONDS, now));
    return {
      recent: percentiles(together),
      seconds: Array.from({ length: seconds }, (_, i) => percentiles(this.#at(now - seconds + i))),
    };
  }

  #begin(second: number): LogHistogram {
    const latencies = new LogHistogram(BITS);
    this.#slots[second & (SLOTS - 1)] = { second, latencies };
    return latencies;
  }

  #at(second: number): LogHistogram | undefined {
    const slot = this.#slots[second & (SLOTS - 1)];
    return slot?.second === second ? slot.latencies : undefined;
  }
}

function percentiles(latencies: LogHistogram | undefined): FoldedSoFar['recent'] {
  return { p50Ms: percentileMs(latencies, 50), p99Ms: percentileMs(latencies, 99) };
}

function percentileMs(latencies: LogHistogram | undefined, p: number): number | null {
  const us = latencies?.middleAt(nearestRank(p, latencies.count)) ?? null;
  return us === null ? null : us / US_PER_MS;
}

function usOf(ms: number): number {
  return ms > 0 ? Math.min(ms * US_PER_MS, MOST_US) : 0;
}
