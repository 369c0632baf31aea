import { UserError } from '../errors.js';
import { justBelow, type ArrivalProcess } from './arrival-process.js';
import { MOST_DURATION_MS, numberWithin } from './bounds.js';

/** A rhythm that repeats: factors of the rate in equal parts of each period. Their mean counts as 1, whatever it is. */
export interface RateProfile {
  readonly periodMs: number;
  readonly factors: readonly number[];
}

export const MOST_FACTORS = 10_000;

/** Throws `UserError` that names the field. */
export function checkProfile({ periodMs, factors }: RateProfile): void {
  numberWithin(periodMs, 'profile.periodMs', 1, MOST_DURATION_MS);
  if (factors.length < 1 || factors.length > MOST_FACTORS)
    throw new UserError(`profile.factors: give 1 to ${String(MOST_FACTORS)} numbers`);
  factors.forEach((factor, i) => numberWithin(factor, `profile.factors[${String(i)}]`, 0, 1e6));
  if (factors.every((factor) => factor === 0))
    throw new UserError('profile.factors: every factor is 0; give one above 0');
}

/**
 * The process in a time that runs by the profile: where its factor is 2, everything happens twice as fast, jumps of states too. In the
 * long run the rate stays as it is.
 */
export function followProfile(process: ArrivalProcess, profile: RateProfile): ArrivalProcess {
  checkProfile(profile);
  return {
    name: process.name,
    meanPerSecond: process.meanPerSecond,
    arrivals(random, durationMs) {
      return warped(process.arrivals(random, profileTime(profile, durationMs)), profile, durationMs);
    },
  };
}

/** How much time of the process has passed by `atMs`. */
export function profileTime(profile: RateProfile, atMs: number): number {
  const { periodMs } = profile;
  const parts = partsOf(profile);
  const periods = Math.floor(atMs / periodMs);
  const within = (atMs - periods * periodMs) / parts.lengthMs;
  const part = Math.min(parts.factors.length - 1, Math.floor(within));
  return (
    periods * periodMs +
    (parts.starts[part] as number) +
    (within - part) * parts.lengthMs * (parts.factors[part] as number)
  );
}

interface Parts {
  readonly lengthMs: number;
  /** With mean 1. */
  readonly factors: readonly number[];
  /** Time of the process at the start of each part of a period, and at its end. */
  readonly starts: readonly number[];
}

function partsOf({ periodMs, factors }: RateProfile): Parts {
  const mean = factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
  const normed = factors.map((factor) => factor / mean);
  const lengthMs = periodMs / factors.length;
  const starts = [0];
  for (const factor of normed) starts.push((starts.at(-1) as number) + factor * lengthMs);
  return { lengthMs, factors: normed, starts };
}

/** Each time of the process as the time of the clock. */
function* warped(
  arrivals: Iterable<Float64Array>,
  profile: RateProfile,
  durationMs: number,
): Generator<Float64Array, void, undefined> {
  const { lengthMs, factors, starts } = partsOf(profile);
  const { periodMs } = profile;
  const wholeMs = starts.at(-1) as number;
  const lastMs = justBelow(durationMs);
  let [period, part] = [0, 0];
  for (const chunk of arrivals) {
    yield chunk.map((atMs) => {
      while (atMs >= (period + 1) * wholeMs) [period, part] = [period + 1, 0];
      const inside = atMs - period * wholeMs;
      while (part < factors.length - 1 && inside >= (starts[part + 1] as number)) part++;
      const beyond = factors[part] === 0 ? 0 : (inside - (starts[part] as number)) / (factors[part] as number);
      return Math.min(period * periodMs + part * lengthMs + Math.min(lengthMs, Math.max(0, beyond)), lastMs);
    });
  }
}
