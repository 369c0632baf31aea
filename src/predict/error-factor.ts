import { quantile, type Spread } from './spread.js';

/** A published number, predicted from all the others. */
export interface LeftOut {
  /** What it is: `Lambda, MobileNet, ORT, workload-40: cost`. */
  readonly what: string;
  readonly published: number;
  /** What it was predicted from; the reason where it cannot be. */
  readonly from: string;
  /** Without any factor; null: impossible. */
  readonly predicted: Spread | null;
}

export interface JudgedNumber extends LeftOut {
  /** Median over published; null: impossible. */
  readonly ratio: number | null;
  /** The least factor that widens the range until it holds the published number; 1: it does. Null: impossible. */
  readonly needed: number | null;
}

export interface ErrorFactor {
  readonly factor: number;
  readonly numbers: readonly JudgedNumber[];
}

/** Whatever the published numbers say: they are few. */
export const LEAST_FACTOR = 1.3;
/** A 10-90 % range is to hold this share of the true numbers. */
const COVERED = 0.8;

/**
 * The model-error factor: the least by which ranges must be widened so that they hold 80 % of the published numbers, each
 * predicted without itself; never below 1.3. Shares are judged by their odds.
 */
export function errorFactor(leftOut: readonly (LeftOut & { readonly isShare?: boolean })[]): ErrorFactor {
  const numbers = leftOut.map(({ isShare = false, ...one }): JudgedNumber => ({ ...one, ...judged(one, isShare) }));
  const needed = numbers.flatMap((one) => (one.needed === null ? [] : [one.needed])).sort((a, b) => a - b);
  const asked = needed.length === 0 ? LEAST_FACTOR : quantile(needed, COVERED);
  return { factor: Math.max(LEAST_FACTOR, Number(asked.toPrecision(2))), numbers };
}

function judged({ predicted, published }: LeftOut, isShare: boolean): Pick<JudgedNumber, 'ratio' | 'needed'> {
  if (predicted === null) return { ratio: null, needed: null };
  const { median, low, high } = predicted;
  const size = (value: number): number => (isShare ? value / (1 - value) : value);
  const below = low === null ? 1 : size(low) / size(published);
  const above = high === null ? 1 : size(published) / size(high);
  return { ratio: median === null ? null : median / published, needed: Math.max(1, below, above) };
}
