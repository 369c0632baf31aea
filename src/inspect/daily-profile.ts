import { coarser, type RateSeries } from './rate-series.js';

/** Arrivals by day and hour, counted from the start of the trace. */
export interface DailyProfile {
  /** Each day's 24 counts; null where the trace ends before the hour does. */
  readonly days: readonly (readonly (number | null)[])[];
  /** Mean arrivals of each hour of the day, over the days that have it. */
  readonly hours: readonly number[];
  /** How much of the variance of hourly counts the hour of the day explains, above what chance would; in [0, 1]. */
  readonly explained: number;
  /** The share of shifted copies (each day turned by a random number of hours) that look at least as daily. */
  readonly chance: number;
}

const HOUR_MS = 3_600_000;
const MOST_DAYS = 400;

/** Null for a trace of less than two days. `uniform` draws from [0, 1). */
export function dailyProfile(series: RateSeries, uniform: () => number): DailyProfile | null {
  const hours = Math.floor(series.durationMs / HOUR_MS);
  if (hours < 48 || HOUR_MS % series.windowMs !== 0) return null;
  const { counts } = coarser(series, HOUR_MS / series.windowMs);
  const days = Array.from({ length: Math.min(MOST_DAYS, Math.ceil(hours / 24)) }, (_, day) =>
    Array.from({ length: 24 }, (__, hour) => (day * 24 + hour < hours ? (counts[day * 24 + hour] ?? null) : null)),
  );
  const whole = days.filter((day): day is number[] => day.every((count) => count !== null));
  return { days, hours: meanDay(days), ...significance(whole, uniform) };
}

function meanDay(days: readonly (readonly (number | null)[])[]): number[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const known = days.flatMap((day) => day[hour] ?? []);
    return known.reduce((sum, count) => sum + count, 0) / Math.max(1, known.length);
  });
}

const SHIFTS = 199;

function significance(days: readonly number[][], uniform: () => number): Pick<DailyProfile, 'explained' | 'chance'> {
  const total = spread(days.flat());
  const own = spread(meanDay(days));
  if (total === 0) return { explained: 0, chance: 1 };
  const shifted = Array.from({ length: SHIFTS }, () =>
    spread(meanDay(days.map((day, i) => (i === 0 ? day : turned(day, Math.floor(uniform() * 24)))))),
  );
  const byChance = shifted.reduce((sum, value) => sum + value, 0) / SHIFTS;
  return {
    explained: Math.min(1, Math.max(0, (own - byChance) / Math.max(total - byChance, Number.MIN_VALUE))),
    chance: (1 + shifted.filter((value) => value >= own * (1 - 1e-9)).length) / (1 + SHIFTS),
  };
}

function turned(day: readonly number[], by: number): number[] {
  return [...day.slice(by), ...day.slice(0, by)];
}

function spread(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
}
