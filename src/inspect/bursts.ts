import { coarser, ratesOf, type RateSeries } from './rate-series.js';

/** Stretches in which every window has more than three times the mean rate. */
export interface Bursts {
  /** The windows that were looked at: the shortest that hold ten arrivals on average. */
  readonly windowMs: number;
  readonly abovePerSecond: number;
  readonly count: number;
  /** Of the trace. */
  readonly shareOfTime: number;
  readonly shareOfArrivals: number;
  /** Null without a burst, as the next. */
  readonly medianLengthMs: number | null;
  readonly longestMs: number | null;
  readonly highestPerSecond: number | null;
  readonly highestAtMs: number | null;
}

const TIMES_MEAN = 3;
/** In windows that hold fewer on average, three times the mean comes about by chance: of Poisson with mean 10 once in 10^7. */
const ENOUGH = 10;

export function bursts(series: RateSeries, count: number): Bursts {
  const meanPerMs = count / Math.max(series.durationMs, Number.MIN_VALUE);
  const by = [1, 10, 60, 600, 3600, 86_400].find((factor) => meanPerMs * series.windowMs * factor >= ENOUGH) ?? 86_400;
  const windows = coarser(series, by);
  const rates = ratesOf(windows);
  const abovePerSecond = TIMES_MEAN * meanPerMs * 1000;
  const [lengths, inside] = stretches(rates, abovePerSecond);
  const highest = rates.reduce((best, rate, i) => (rate > (rates[best] ?? -1) ? i : best), 0);
  const found = lengths.length > 0;
  return {
    windowMs: windows.windowMs,
    abovePerSecond,
    count: lengths.length,
    shareOfTime: lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, rates.length),
    shareOfArrivals: (inside * windows.windowMs) / 1000 / Math.max(1, count),
    medianLengthMs: found ? (lengths[Math.floor((lengths.length - 1) / 2)] as number) * windows.windowMs : null,
    longestMs: found ? (lengths.at(-1) as number) * windows.windowMs : null,
    highestPerSecond: found ? (rates[highest] as number) : null,
    highestAtMs: found ? highest * windows.windowMs : null,
  };
}

/** The lengths in windows, the shortest first, and the sum of the rates inside. */
function stretches(rates: Float64Array, above: number): [lengths: number[], inside: number] {
  const lengths: number[] = [];
  let [length, inside] = [0, 0];
  for (const rate of rates) {
    if (rate > above) {
      length++;
      inside += rate;
    } else if (length > 0) {
      lengths.push(length);
      length = 0;
    }
  }
  if (length > 0) lengths.push(length);
  return [lengths.sort((a, b) => a - b), inside];
}
