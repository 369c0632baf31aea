import type { FoldedSoFar } from '../../progress.js';
import { FAILURES, OUTCOMES, outcomeCode, type SampleBlock } from '../../sample.js';
import type { CollectorContext } from '../collector.js';
import { RecentLatencies } from './recent-latencies.js';
import { TimeTally } from './time-tally.js';

/** A fold that can be read at any time, and cheap enough to go along with every run. */
export interface LiveFigures {
  add(block: SampleBlock): void;
  soFar(nowMs: number): Omit<FoldedSoFar, 'cost'>;
}

const RESPONSE_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;
const LATENESS_SECONDS = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1, 1,
] as const;

export function createLiveFigures({ plan: { warmupMs } }: CollectorContext): LiveFigures {
  const counts = new Float64Array(OUTCOMES.length);
  const response = new TimeTally(RESPONSE_SECONDS);
  const lateness = new TimeTally(LATENESS_SECONDS);
  const recent = new RecentLatencies();
  return {
    add({ rows, outcome, dueMs, releaseMs, handedMs, doneMs }) {
      for (let i = 0; i < rows; i++) {
        const code = outcome[i] as number;
        counts[code] = (counts[code] as number) + 1;
        lateness.add((handedMs[i] as number) - (releaseMs[i] as number));
        const responseMs = (doneMs[i] as number) - (dueMs[i] as number);
        if (code !== 0 || !(Math.abs(responseMs) < Infinity)) continue;
        recent.record(doneMs[i] as number, responseMs);
        if ((dueMs[i] as number) >= warmupMs) response.add(responseMs);
      }
    },
    soFar(nowMs) {
      const ok = counts[0] as number;
      return {
        ok,
        failed: counts.reduce((sum, count) => sum + count, 0) - ok,
        failures: byKind(counts),
        ...recent.soFar(nowMs),
        response: response.soFar(),
        lateness: lateness.soFar(),
      };
    },
  };
}

function byKind(counts: Float64Array): FoldedSoFar['failures'] {
  const entries = FAILURES.map((failure) => [failure, counts[outcomeCode(failure)] as number] as const);
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
}
