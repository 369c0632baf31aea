import type { MmppModel } from './mmpp-model.js';
import type { Random } from './random.js';
import type { RateSegment } from './through-rates.js';

/** One stay in a state. */
export interface Stay {
  readonly state: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** A path of the chain over [0, durationMs): starts in its stationary law, the last stay is cut at the end. Uses up `random`. */
export function* mmppPath(
  { q, stationary }: MmppModel,
  random: Random,
  durationMs: number,
): Generator<Stay, void, undefined> {
  let state = chosen(stationary, random.uniform());
  for (let startMs = 0; startMs < durationMs;) {
    const row = q[state] ?? [];
    const jumpRate = -(row[state] ?? 0);
    const endMs = jumpRate > 0 ? Math.min(durationMs, startMs + (random.exponential() * 1000) / jumpRate) : durationMs;
    yield { state, startMs, endMs };
    state = chosen(row, random.uniform() * jumpRate);
    startMs = endMs;
  }
}

/** The rates along a path. */
export function* ratesAlong(rates: readonly number[], path: Iterable<Stay>): Generator<RateSegment, void, undefined> {
  for (const { state, startMs, endMs } of path) {
    const perSecond = rates[state] ?? 0;
    yield { startMs, endMs, startPerSecond: perSecond, endPerSecond: perSecond };
  }
}

/** The index at which the running sum of the positive weights passes `point`; rounding past the last gives the last. */
function chosen(weights: readonly number[], point: number): number {
  let last = 0;
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    if (weight <= 0) continue;
    last = i;
    sum += weight;
    if (point < sum) return i;
  }
  return last;
}
