import { seededRandom } from '../generator/random.js';
import type { Arrivals } from './arrivals.js';
import { bursts, type Bursts } from './bursts.js';
import type { ColumnSummary } from './column-summary.js';
import { concurrency, IDLE_LIFETIMES_MS, type Concurrency } from './concurrency.js';
import { dailyProfile, type DailyProfile } from './daily-profile.js';
import { gapStatistics, type GapStatistics } from './gap-statistics.js';
import { idcCurve, type IdcPoint } from './idc-curve.js';
import { nearestPreset, type Likeness } from './nearest-preset.js';
import { peaks, quantileOf, rateSeries, ratesOf, roundSeries, type Peak, type RateSeries } from './rate-series.js';
import { stampResolution, type Stamps } from './stamp-resolution.js';

/** What is known of the traffic of a trace. Times are ms from the start of the trace, rates are per second. */
export interface Inspection {
  readonly name: string;
  readonly arrivals: number;
  readonly durationMs: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly meanPerSecond: number;
  /** Over 1, 10 and 60 s. */
  readonly peaks: readonly Peak[];
  /** The highest rate over 1 s (the shortest window that the trace holds) over the mean. */
  readonly peakToMean: number | null;
  /** Rates of windows of this length: what share of them are at most this high. */
  readonly rateQuantiles: { readonly windowMs: number; readonly p5: number; readonly p50: number; readonly p95: number; readonly p99: number }; // prettier-ignore
  /** At most 2,000 windows. */
  readonly rates: { readonly windowMs: number; readonly counts: readonly number[] };
  readonly gaps: GapStatistics | null;
  /** How many gaps are longer than 5, 10 and 15 min. */
  readonly longGaps: readonly { readonly aboveMs: number; readonly count: number }[];
  readonly idc: readonly IdcPoint[];
  readonly bursts: Bursts;
  readonly daily: DailyProfile | null;
  readonly stamps: Stamps;
  readonly concurrency: Concurrency;
  readonly likeness: Likeness | null;
  readonly columns: readonly ColumnSummary[];
}

const MOST_DRAWN = 2000;

/** Reads the trace a few times, each in one pass, and keeps at most four million counts of it. */
export function inspect(
  name: string,
  arrivals: Arrivals,
  serviceMs: number,
  columns: readonly ColumnSummary[] = [],
): Inspection {
  const series = rateSeries(arrivals);
  const rates = ratesOf(series).sort();
  const drawn = roundSeries(series, MOST_DRAWN);
  const meanPerSecond = (arrivals.count * 1000) / Math.max(arrivals.durationMs, Number.MIN_VALUE);
  const highest = peaks(arrivals);
  const gaps = gapStatistics(arrivals);
  const idc = idcCurve(arrivals);
  const random = seededRandom('daily profile');
  return {
    name,
    arrivals: arrivals.count,
    durationMs: arrivals.durationMs,
    ...endsOf(arrivals),
    meanPerSecond,
    peaks: highest,
    peakToMean: highest[0] === undefined ? null : highest[0].perSecond / meanPerSecond,
    rateQuantiles: quantiles(series, rates),
    rates: { windowMs: drawn.windowMs, counts: [...drawn.counts] },
    gaps,
    longGaps: longGaps(arrivals),
    idc,
    bursts: bursts(series, arrivals.count),
    daily: dailyProfile(series, () => random.uniform()),
    stamps: stampResolution(arrivals),
    concurrency: concurrency(arrivals, serviceMs),
    likeness: nearestPreset(meanPerSecond, gaps, idc),
    columns,
  };
}

function quantiles({ windowMs }: RateSeries, sorted: Float64Array): Inspection['rateQuantiles'] {
  const at = (p: number): number => quantileOf(sorted, p);
  return { windowMs, p5: at(0.05), p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function endsOf(arrivals: Arrivals): { firstMs: number; lastMs: number } {
  let [firstMs, lastMs] = [NaN, NaN];
  for (const chunk of arrivals.chunks()) {
    if (Number.isNaN(firstMs)) firstMs = chunk[0] as number;
    lastMs = chunk[chunk.length - 1] as number;
  }
  return { firstMs, lastMs };
}

function longGaps(arrivals: Arrivals): Inspection['longGaps'] {
  const counts = IDLE_LIFETIMES_MS.map((aboveMs) => ({ aboveMs, count: 0 }));
  let before = NaN;
  for (const chunk of arrivals.chunks())
    for (let i = 0; i < chunk.length; i++) {
      const at = chunk[i] as number;
      const gapMs = at - before;
      if (gapMs > 300_000) for (const one of counts) if (gapMs > one.aboveMs) one.count++;
      before = at;
    }
  return counts;
}
