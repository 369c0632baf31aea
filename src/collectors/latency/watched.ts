import { RecentLatencies } from '../live/recent-latencies.js';
import { TimeTally } from '../live/time-tally.js';
import type { SampleBlock } from '../../sample.js';
import type { FoldedSoFar } from '../../progress.js';
import type { Watched, WatchFold } from '../watched.js';
import type { Latency } from './latency.js';

const BOUNDS_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

export const LATENCY_WATCHED: Watched<Latency> = {
  open: ({ plan: { warmupMs } }) => new RecentResponses(warmupMs),
  measurements: [
    {
      name: 'replay.response',
      help: 'Done - due of the successes after the warm-up',
      unit: 's',
      kind: 'histogram',
      read: ({ response }) => response,
    },
  ],
  live: {
    place: 1,
    figures: ({ recent, seconds }) => [
      { label: 'p50', ms: recent.p50Ms, history: seconds.map(({ p50Ms }) => p50Ms) },
      { label: 'p99', ms: recent.p99Ms, history: seconds.map(({ p99Ms }) => p99Ms) },
    ],
  },
};

/** Responses of the successes: by their size after the warm-up, and of the last minute by the second of the answer. */
export class RecentResponses implements WatchFold {
  readonly #warmupMs: number;
  readonly #response = new TimeTally(BOUNDS_SECONDS);
  readonly #recent = new RecentLatencies();

  constructor(warmupMs: number) {
    this.#warmupMs = warmupMs;
  }

  add({ rows, outcome, dueMs, doneMs }: SampleBlock): void {
    for (let i = 0; i < rows; i++) {
      const responseMs = (doneMs[i] as number) - (dueMs[i] as number);
      if (outcome[i] !== 0 || !(Math.abs(responseMs) < Infinity)) continue;
      this.#recent.record(doneMs[i] as number, responseMs);
      if ((dueMs[i] as number) >= this.#warmupMs) this.#response.add(responseMs);
    }
  }

  soFar(nowMs: number): Pick<FoldedSoFar, 'response' | 'recent' | 'seconds'> {
    return { response: this.#response.soFar(), ...this.#recent.soFar(nowMs) };
  }
}
