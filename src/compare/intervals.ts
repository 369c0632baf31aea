import { studentT } from './student-t.js';

/** An estimate and where the true value lies with 95 % confidence; both ends null where runs are too few to say. */
export interface Interval {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

export const CONFIDENCE = 0.95;

/** Of the mean of independent runs: mean +- t s / sqrt(n). */
export function meanInterval(values: readonly number[]): Interval {
  const { mean, variance, n } = momentsOf(values);
  return around(mean, variance / n, n - 1);
}

/** Of mean(others) - mean(base), by Welch's approximation (Biometrika 34, 1947): neither numbers of runs nor spreads need be equal. */
export function differenceInterval(base: readonly number[], others: readonly number[]): Interval {
  const [a, b] = [momentsOf(base), momentsOf(others)];
  return around(
    b.mean - a.mean,
    a.variance / a.n + b.variance / b.n,
    welch(a.variance / a.n, a.n, b.variance / b.n, b.n),
  );
}

/** The same where base[i] and others[i] met the same conditions: the interval of the mean of their differences. */
export function pairedInterval(base: readonly number[], others: readonly number[]): Interval {
  return meanInterval(others.map((value, i) => value - (base[i] as number)));
}

/**
 * Of mean(others) / mean(base) - 1. The interval of the logarithm of that ratio, whose variance is that of the relative
 * deviations x / mean (delta method), Welch's or paired. NaN where a mean is infinite or not above 0.
 */
export function relativeInterval(base: readonly number[], others: readonly number[], paired: boolean): Interval {
  const [a, b] = [momentsOf(base), momentsOf(others)];
  if (!(a.mean > 0 && b.mean > 0 && a.mean + b.mean < Infinity))
    return { value: a.mean === 0 && b.mean === 0 ? 0 : NaN, low: null, high: null };
  const [deviationsA, deviationsB] = [base.map((x) => x / a.mean), others.map((x) => x / b.mean)];
  const { value, low, high } = paired
    ? pairedInterval(deviationsA, deviationsB)
    : differenceInterval(deviationsA, deviationsB);
  const shift = Math.log(b.mean / a.mean) - value;
  const back = (end: number | null): number | null => (end === null ? null : Math.expm1(end + shift));
  return { value: b.mean / a.mean - 1, low: back(low), high: back(high) };
}

interface Moments {
  readonly n: number;
  readonly mean: number;
  /** Divisor n - 1; NaN for one value. */
  readonly variance: number;
}

function momentsOf(values: readonly number[]): Moments {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const spread = Math.max(...values) - Math.min(...values);
  // Equal values have no variance, whatever rounding makes of their mean.
  const squares = spread <= 1e-14 * Math.abs(mean) ? 0 : values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { n, mean, variance: n < 2 ? NaN : squares / (n - 1) };
}

/** The degrees of freedom that two variances of means have together (Satterthwaite, Biometrics 2, 1946). */
function welch(va: number, na: number, vb: number, nb: number): number {
  return (va + vb) ** 2 / (va ** 2 / (na - 1) + vb ** 2 / (nb - 1));
}

function around(value: number, variance: number, df: number): Interval {
  if (!Number.isFinite(value) || Number.isNaN(variance)) return { value, low: null, high: null };
  const half = variance === 0 ? 0 : studentT(CONFIDENCE, df) * Math.sqrt(variance);
  return { value, low: value - half, high: value + half };
}
