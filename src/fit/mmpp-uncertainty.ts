import { inverse } from '../generator/dense-matrix.js';
import { chiSquareQuantile } from '../inspect/special-functions.js';
import type { MmppFit } from './fit-mmpp.js';
import { expectations, stationaryLaw } from './likelihood.js';
import { withDiagonal, type MmppParameters, type ObservedGaps } from './mmpp-data.js';

/** A number with its 95 % interval. Where the data bound it on one side only, the other end is null. */
export interface Estimate {
  readonly value: number;
  /** Of its natural logarithm; null where there is only a bound. */
  readonly relativeError: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** What the data say of one state. */
export interface StateEstimate {
  readonly ratePerSecond: Estimate;
  readonly sojournSeconds: Estimate;
  /** Expected times that the state was left. */
  readonly exits: number;
  readonly shareOfTime: number;
  readonly arrivals: number;
}

/** Fewer exits than this bound the sojourn from below only. */
const ENOUGH_EXITS = 1.5;

/** Intervals from the observed information: what is known of the path is in it, and what is not. Without `observed` as if the path were known. */
export function stateEstimates(fit: MmppFit, observed: ObservedGaps | null): StateEstimate[] {
  const { parameters, expected } = fit;
  const states = parameters.rates.length;
  const covariance = observed === null ? null : covarianceOf(fit, observed);
  const total = expected.seconds.reduce((sum, seconds) => sum + seconds, 0);
  return Array.from({ length: states }, (_, i) => {
    const row = Array.from({ length: states }, (__, j) => j).filter((j) => j !== i);
    const exits = row.reduce((sum, j) => sum + (expected.jumps[i * states + j] as number), 0);
    const seconds = expected.seconds[i] as number;
    const arrivals = expected.arrivals[i] as number;
    return {
      ratePerSecond: counted(arrivals, seconds, covariance?.ofRate(i) ?? null),
      sojournSeconds: stay(exits, seconds, covariance?.ofExit(i) ?? null),
      exits,
      shareOfTime: seconds / total,
      arrivals,
    };
  });
}

/** A rate of events over a time, of which `variance` (of the logarithm) says how many there might as well have been. */
function counted(events: number, seconds: number, variance: number | null): Estimate {
  if (events < 1) return { value: events / seconds, relativeError: null, low: null, high: chiSquareQuantile(0.95, 2 * (events + 1)) / 2 / seconds }; // prettier-ignore
  const effective = Math.min(events, 1 / Math.max(variance ?? 0, 1e-300));
  return {
    value: events / seconds,
    relativeError: 1 / Math.sqrt(effective),
    low: ((events / seconds) * chiSquareQuantile(0.025, 2 * effective)) / (2 * effective),
    high: ((events / seconds) * chiSquareQuantile(0.975, 2 * effective + 2)) / (2 * effective),
  };
}

function stay(exits: number, seconds: number, variance: number | null): Estimate {
  if (exits < ENOUGH_EXITS) {
    const most = chiSquareQuantile(0.95, 2 * (exits + 1)) / 2;
    return { value: seconds / Math.max(exits, UNSEEN_EXITS), relativeError: null, low: seconds / most, high: null };
  }
  const { value, relativeError, low, high } = counted(exits, seconds, variance);
  return { value: 1 / value, relativeError, low: high === null ? null : 1 / high, high: low === null ? null : 1 / low };
}

/** The median of what a state that was not left may have had: ln 2 exits. */
export const UNSEEN_EXITS = Math.LN2;

interface Covariance {
  /** Variance of the logarithm of a rate; null where there are too few arrivals to know. */
  ofRate(state: number): number | null;
  /** Of the logarithm of the rate at which a state is left. */
  ofExit(state: number): number | null;
}

/** Jumps that were hardly seen carry no information, and are held. */
const SEEN = 0.5;
const STEP = 1e-3;

/** The inverse of the observed information about the logarithms of rates and jump rates; null where it is singular. */
function covarianceOf({ parameters, expected }: MmppFit, observed: ObservedGaps): Covariance | null {
  const states = parameters.rates.length;
  const free = [
    ...Array.from(expected.arrivals, (count, i) => ({ of: 'rates' as const, at: i, seen: count })),
    ...Array.from(expected.jumps, (count, at) => ({ of: 'q' as const, at, seen: count })),
  ].filter(({ seen }) => seen >= SEEN);
  const first = stationaryLaw(parameters);
  const score = (moved: MmppParameters): number[] => {
    const { arrivals, seconds, jumps } = expectations(moved, observed, first);
    return free.map(({ of, at }) =>
      of === 'rates'
        ? (arrivals[at] as number) - (moved.rates[at] as number) * (seconds[at] as number)
        : (jumps[at] as number) - (moved.q[at] as number) * (seconds[Math.floor(at / states)] as number),
    );
  };
  const columns = free.map(({ of, at }) => {
    const up = score(scaled(parameters, of, at, Math.exp(STEP)));
    const down = score(scaled(parameters, of, at, Math.exp(-STEP)));
    return up.map((value, i) => (value - (down[i] as number)) / (2 * STEP));
  });
  const information = columns.map((_, i) =>
    columns.map((__, j) => -((columns[i]?.[j] as number) + (columns[j]?.[i] as number)) / 2),
  );
  let inverted: readonly (readonly number[])[];
  try {
    inverted = inverse(information);
  } catch {
    return null;
  }
  const placeOf = (name: 'rates' | 'q', at: number): number =>
    free.findIndex((one) => one.of === name && one.at === at);
  return {
    ofRate: (state) => positive(inverted[placeOf('rates', state)]?.[placeOf('rates', state)]),
    ofExit(state) {
      const others = Array.from({ length: states }, (_, j) => state * states + j).filter((at) => placeOf('q', at) >= 0);
      const rate = others.reduce((sum, at) => sum + (parameters.q[at] as number), 0);
      const weight = (at: number): number => (parameters.q[at] as number) / rate;
      return positive(
        others.reduce((sum, a) => sum + others.reduce((inner, b) => inner + weight(a) * weight(b) * (inverted[placeOf('q', a)]?.[placeOf('q', b)] ?? NaN), 0), 0), // prettier-ignore
      );
    },
  };
}

function positive(variance: number | undefined): number | null {
  return variance !== undefined && variance > 0 && Number.isFinite(variance) ? variance : null;
}

function scaled({ rates, q }: MmppParameters, of: 'rates' | 'q', at: number, factor: number): MmppParameters {
  const states = rates.length;
  return {
    rates: of === 'rates' ? rates.map((rate, i) => (i === at ? rate * factor : rate)) : rates,
    q:
      of === 'q'
        ? withDiagonal(
            q.map((rate, i) => (i === at ? rate * factor : rate)),
            states,
          )
        : q,
  };
}
