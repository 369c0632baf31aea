import type { RateProfile } from '../generator/profile.js';
import { seededRandom } from '../generator/random.js';
import { arrivalsOf } from '../inspect/arrivals.js';
import { dailyProfile } from '../inspect/daily-profile.js';
import { rateSeries } from '../inspect/rate-series.js';
import { short, type Candidate, type FitData } from './candidate.js';

/** A rate that follows the hour of the day, counted from the start of the trace. */
export interface DailyRhythm {
  readonly profile: RateProfile;
  /** How much of the variance of hourly counts it explains, beyond chance. */
  readonly explained: number;
}

const DAY_MS = 86_400_000;
/** So seldom must days that are shifted at random look as daily. */
const MOST_CHANCE = 0.02;
const LEAST_EXPLAINED = 0.1;
/** An hour in which nothing came is not impossible. */
const LEAST_FACTOR = 0.001;

/** Null where there is none, or too few days to know. */
export function dailyRhythm({ atMs, durationMs }: FitData): DailyRhythm | null {
  const random = seededRandom('daily rhythm');
  const found = dailyProfile(rateSeries(arrivalsOf(atMs, durationMs)), () => random.uniform());
  if (found === null || found.chance > MOST_CHANCE || found.explained < LEAST_EXPLAINED) return null;
  const mean = found.hours.reduce((sum, count) => sum + count, 0) / found.hours.length;
  const factors = found.hours.map((count) => short(Math.max(LEAST_FACTOR, count / mean)));
  return { profile: { periodMs: DAY_MS, factors }, explained: found.explained };
}

/** What was fitted in a time in which every hour has the same rate, for the time of the clock. */
export function inDaylight(candidate: Candidate, { atMs, durationMs }: FitData, { profile }: DailyRhythm): Candidate {
  const { factors } = profile;
  const mean = factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
  let logFactors = 0;
  for (const at of atMs)
    logFactors += Math.log((factors[Math.floor(((at % DAY_MS) / DAY_MS) * factors.length)] as number) / mean);
  return {
    ...candidate,
    recipe: { ...candidate.recipe, durationMs, profile },
    logLikelihood: candidate.logLikelihood + logFactors,
    parameters: candidate.parameters + factors.length - 1,
    notes: [
      ...candidate.notes,
      'Rates and stays are those of an hour whose factor is 1; the recipe follows the hour of the day, counted from its start.',
    ],
  };
}
