import { cellNumbers, withModelError } from '../predict/cell-numbers.js';
import type { Draw } from '../predict/draw.js';
import type { Spread } from '../predict/spread.js';

/** One number of a run beside what was predicted of it. */
export interface Scored {
  readonly what: string;
  readonly unit: 'ms' | 'share' | 'count' | 'usd';
  /** Over draws, widened by the model-error factor. */
  readonly predicted: Spread;
  readonly real: number;
  /** Median over real; null: there is no such number. */
  readonly ratio: number | null;
  readonly isInside: boolean;
}

/** The numbers that both have, a prediction's draws beside the run; what the run does not tell is left out. */
export function score(draws: readonly Draw[], real: Draw, factor: number): readonly Scored[] {
  const { latency, successRatio, cost, instances, coldStarts } = withModelError(cellNumbers(draws, false), factor);
  const rows: readonly (readonly [string, Scored['unit'], Spread, number])[] = [
    ['latency mean', 'ms', latency.meanMs, real.meanMs],
    ['latency p50', 'ms', latency.p50Ms, real.p50Ms],
    ['latency p99', 'ms', latency.p99Ms, real.p99Ms],
    ['success', 'share', successRatio, real.successRatio],
    ['instances at most', 'count', instances.peak, real.peak],
    ['cold starts', 'count', coldStarts.count, real.coldStarts],
    ['cost without request fee', 'usd', cost.usd, real.usd],
    ['cost', 'usd', cost.usdWithRequestFee, real.usdWithRequestFee],
  ];
  return rows.flatMap(([what, unit, predicted, seen]): Scored[] => {
    if (!Number.isFinite(seen) || predicted.median === null) return [];
    return [{ what, unit, predicted, real: seen, ratio: ratioOf(predicted.median, seen), isInside: holds(predicted, seen) }]; // prettier-ignore
  });
}

function ratioOf(median: number, real: number): number | null {
  if (real !== 0) return median / real;
  return median === 0 ? 1 : null;
}

/** An end that is null is infinite. A sum of prices is exact to rounding. */
function holds({ low, high }: Spread, real: number): boolean {
  const [least, most] = [low ?? -Infinity, high ?? Infinity];
  return real >= least * (1 - ROUNDING) && real <= most * (1 + ROUNDING);
}

const ROUNDING = 1e-9;
