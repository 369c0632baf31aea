import type { Arrivals } from './arrivals.js';

/** What the gaps between arrivals are like. */
export interface GapStatistics {
  readonly count: number;
  readonly meanMs: number;
  /** Squared coefficient of variation: variance over squared mean; 1 for Poisson. */
  readonly scv: number;
  /** Correlation of gaps 1 to 100 arrivals apart. */
  readonly autocorrelation: readonly number[];
  /** 95 % of independent gaps have each correlation within plus and minus this. */
  readonly autocorrelationBound: number;
  /** The share of gaps above each length, at twenty lengths for each power of ten. */
  readonly ccdf: readonly { readonly gapMs: number; readonly share: number }[];
  /** The longest five, the longest first. */
  readonly longest: readonly Gap[];
}

export interface Gap {
  readonly fromMs: number;
  readonly lengthMs: number;
}

const MOST_LAG = 100;

/** Null where there are fewer than two arrivals. */
export function gapStatistics(arrivals: Arrivals): GapStatistics | null {
  if (arrivals.count < 2) return null;
  const [firstMs, lastMs] = ends(arrivals);
  const gaps = arrivals.count - 1;
  const meanMs = (lastMs - firstMs) / gaps;
  const sums = new LaggedSums(meanMs);
  const lengths = new GapHistogram();
  const longest: Gap[] = [];
  let before = firstMs;
  let isFirst = true;
  for (const chunk of arrivals.chunks()) {
    const [from, deviations] = [isFirst ? 1 : 0, new Float64Array(chunk.length)];
    for (let i = from; i < chunk.length; i++) {
      const at = chunk[i] as number;
      const gapMs = at - before;
      deviations[i] = gapMs - meanMs;
      lengths.take(gapMs);
      if (gapMs > (longest.at(-1)?.lengthMs ?? -1) || longest.length < LONGEST) keepLongest(longest, before, gapMs);
      before = at;
    }
    sums.take(deviations.subarray(from));
    isFirst = false;
  }
  return {
    count: gaps,
    meanMs,
    ...sums.finish(gaps),
    autocorrelationBound: 1.959963984540054 / Math.sqrt(gaps),
    ccdf: lengths.ccdf(gaps),
    longest,
  };
}

const LONGEST = 5;

function keepLongest(longest: Gap[], fromMs: number, lengthMs: number): void {
  if (lengthMs <= 0) return;
  longest.push({ fromMs, lengthMs });
  longest.sort((a, b) => b.lengthMs - a.lengthMs);
  longest.splice(LONGEST);
}

function ends(arrivals: Arrivals): [firstMs: number, lastMs: number] {
  let [firstMs, lastMs] = [NaN, NaN];
  for (const chunk of arrivals.chunks()) {
    if (Number.isNaN(firstMs)) firstMs = chunk[0] as number;
    lastMs = chunk[chunk.length - 1] as number;
  }
  return [firstMs, lastMs];
}

/** Sums of products of deviations that are 0 to MOST_LAG apart. */
class LaggedSums {
  readonly #products = new Float64Array(MOST_LAG + 1);
  readonly #meanMs: number;
  #earlier: Float64Array = new Float64Array(0);

  constructor(meanMs: number) {
    this.#meanMs = meanMs;
  }

  take(deviations: Float64Array): void {
    const offset = this.#earlier.length;
    const row = new Float64Array(offset + deviations.length);
    row.set(this.#earlier);
    row.set(deviations, offset);
    for (let lag = 0; lag <= MOST_LAG; lag++) {
      let sum = 0;
      for (let i = Math.max(offset, lag); i < row.length; i++) sum += (row[i] as number) * (row[i - lag] as number);
      this.#products[lag] = (this.#products[lag] as number) + sum;
    }
    this.#earlier = row.slice(Math.max(0, row.length - MOST_LAG));
  }

  finish(gaps: number): Pick<GapStatistics, 'scv' | 'autocorrelation'> {
    const [squares = 0] = this.#products;
    // A trace whose gaps differ by rounding alone has no correlation to speak of.
    const isConstant = squares <= gaps * (this.#meanMs * 1e-9) ** 2;
    const correlation = (lag: number): number => (isConstant ? 0 : (this.#products[lag] as number) / squares);
    return {
      scv: isConstant ? 0 : squares / gaps / this.#meanMs ** 2,
      autocorrelation: Array.from({ length: Math.min(MOST_LAG, gaps - 1) }, (_, i) => correlation(i + 1)),
    };
  }
}

const PER_DECADE = 20;
/** 1 ns to 31 years. */
const LEAST_EXPONENT = -6;
const BUCKETS = 18 * PER_DECADE;

class GapHistogram {
  readonly #above = new Float64Array(BUCKETS + 1);

  take(gapMs: number): void {
    if (gapMs <= 0) return;
    const bucket = Math.ceil((Math.log10(gapMs) - LEAST_EXPONENT) * PER_DECADE);
    const within = Math.min(BUCKETS, Math.max(0, bucket));
    this.#above[within] = (this.#above[within] as number) + 1;
  }

  /** From the last length that all gaps exceed to the first that none does. */
  ccdf(gaps: number): GapStatistics['ccdf'] {
    const points: { gapMs: number; share: number }[] = [];
    let left = 0;
    for (let bucket = BUCKETS; bucket >= 0; bucket--) {
      const gapMs = Number((10 ** (LEAST_EXPONENT + bucket / PER_DECADE)).toPrecision(6));
      const more = this.#above[bucket + 1] ?? 0;
      if (left === 0 && more > 0)
        points.push({ gapMs: Number((gapMs * 10 ** (1 / PER_DECADE)).toPrecision(6)), share: 0 });
      left += more;
      if (left > 0) points.push({ gapMs, share: left / gaps });
      if (left === gaps) break;
    }
    return points.reverse();
  }
}
