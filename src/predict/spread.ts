/** Of one number over draws. Null: infinite, or unknown in every draw. */
export interface Spread {
  readonly median: number | null;
  /** The 10 % quantile. */
  readonly low: number | null;
  /** The 90 % quantile. */
  readonly high: number | null;
}

/** Median and 10-90 % range. Values may be Infinity; NaN is left out: a number that a draw does not have. */
export function spreadOf(values: readonly number[]): Spread {
  const known = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return {
    median: finite(quantile(known, 0.5)),
    low: finite(quantile(known, 0.1)),
    high: finite(quantile(known, 0.9)),
  };
}

/** Of ascending values, interpolated between neighbours (type 7 of Hyndman and Fan); NaN of none. */
export function quantile(ascending: readonly number[], share: number): number {
  const at = (ascending.length - 1) * share;
  const low = ascending[Math.floor(at)] ?? NaN;
  const high = ascending[Math.ceil(at)] ?? NaN;
  // Infinity minus a number times 0 would be NaN.
  return low === high || at === Math.floor(at) ? low : low + (high - low) * (at - Math.floor(at));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** A spread of something above 0, widened by a factor on both sides; what is the same in every draw (one rented machine) stays. */
export function widened({ median, low, high }: Spread, factor: number): Spread {
  if (low === high) return { median, low, high };
  return { median, low: low === null ? null : low / factor, high: high === null ? null : high * factor };
}

/** A spread of a share, its odds widened: 0 and 1 stay, 0.5 and a factor of 2 give 0.33 to 0.67. */
export function widenedShare({ median, low, high }: Spread, factor: number): Spread {
  return {
    median,
    low: low === null ? null : byOdds(low, 1 / factor),
    high: high === null ? null : byOdds(high, factor),
  };
}

function byOdds(share: number, factor: number): number {
  return (share * factor) / (1 - share + share * factor);
}
