import { UserError } from '../errors.js';
import { profileTime } from '../generator/profile.js';
import { seededRandom } from '../generator/random.js';
import type { Arrivals } from '../inspect/arrivals.js';
import { candidates } from './candidates.js';
import type { Candidate, FitData } from './candidate.js';
import { dailyRhythm, inDaylight, type DailyRhythm } from './daily-rhythm.js';
import { goodness, type Goodness } from './goodness.js';
import { spreadStamps } from './spread-stamps.js';

export interface FitWish {
  /** auto, or one of the processes; mmpp alone finds the number of states. */
  readonly process: FittedProcess;
  /** Of an mmpp, where it is given. */
  readonly states?: number;
  /** The search for states ends after this; what is found by then is reported. */
  readonly limitMs: number;
  readonly nowMs: () => number;
}

export const FITTED_PROCESSES = ['auto', 'poisson', 'gamma', 'weibull', 'mmpp', 'piecewise'] as const;
export type FittedProcess = (typeof FITTED_PROCESSES)[number];

/** What was fitted to a trace. */
export interface TrafficFit {
  readonly name: string;
  /** Arrivals that were fitted, the first of the trace. */
  readonly arrivals: number;
  readonly durationMs: number;
  readonly best: Candidate;
  readonly goodness: Goodness;
  /** All that were tried, the lowest BIC first. */
  readonly tried: readonly Tried[];
  readonly rhythm: DailyRhythm | null;
  readonly limitMs: number;
  /** True: the time limit ended the search. */
  readonly cutShort: boolean;
  readonly notes: readonly string[];
}

export interface Tried {
  readonly label: string;
  readonly parameters: number;
  readonly logLikelihood: number;
  readonly aic: number;
  readonly bic: number;
}

const LEAST_ARRIVALS = 50;
const LEAST_DURATION_MS = 1;
/** Eight bytes each, and some copies. */
const MOST_ARRIVALS = 4_000_000;

/** Fits processes to a trace, and chooses by BIC. Throws `UserError` for a trace that is too short. */
export function fitTraffic(name: string, arrivals: Arrivals, wish: FitWish): TrafficFit {
  if (arrivals.count < LEAST_ARRIVALS)
    throw new UserError(
      `the trace has ${String(arrivals.count)} arrivals; at least ${String(LEAST_ARRIVALS)} are needed to fit a process`,
    );
  if (arrivals.durationMs < LEAST_DURATION_MS)
    throw new UserError(
      `the trace lasts ${String(arrivals.durationMs)} ms; a process needs at least ${String(LEAST_DURATION_MS)} ms`,
    );
  const endMs = wish.nowMs() + wish.limitMs;
  const given = firstOf(arrivals);
  const { atMs, stepMs } = spreadStamps(given.atMs, given.durationMs, seededRandom('stamps'));
  const data: FitData = { atMs, durationMs: Math.max(given.durationMs, atMs.at(-1) ?? 0) };
  const rhythm = wish.process === 'piecewise' ? null : dailyRhythm(data);
  const level = rhythm === null ? data : { atMs: atMs.map((at) => profileTime(rhythm.profile, at)), durationMs: profileTime(rhythm.profile, data.durationMs) }; // prettier-ignore
  let cutShort = false;
  const outOfTime = (): boolean => (cutShort ||= wish.nowMs() > endMs);
  const all = candidates(level, wish, outOfTime).map((one) => (rhythm === null ? one : inDaylight(one, data, rhythm)));
  if (all.length === 0)
    throw new UserError(
      `--process ${wish.process}: nothing in this trace sets its parameters (gaps that are all alike, or no two states that differ); give --process auto`,
    );
  const { best, found } = chosen(all, data, wish);
  return {
    name,
    arrivals: atMs.length,
    durationMs: data.durationMs,
    best,
    goodness: found,
    tried: all.map((one) => tried(one, atMs.length)).sort((a, b) => a.bic - b.bic),
    rhythm,
    limitMs: wish.limitMs,
    cutShort,
    notes: [...partNote(arrivals, atMs.length), ...stampNote(stepMs), ...best.notes],
  };
}

function tried({ label, parameters, logLikelihood }: Candidate, arrivals: number): Tried {
  return {
    label,
    parameters,
    logLikelihood,
    aic: 2 * parameters - 2 * logLikelihood,
    bic: parameters * Math.log(arrivals) - 2 * logLikelihood,
  };
}

/** A curve of rates fits what it was drawn along, but makes no other traffic: it is chosen only where nothing else fits. */
function chosen(all: readonly Candidate[], data: FitData, { process }: FitWish): { best: Candidate; found: Goodness } {
  const bicOf = (one: Candidate): number => tried(one, data.atMs.length).bic;
  const sorted = [...all].sort((a, b) => bicOf(a) - bicOf(b));
  const best = (process === 'auto' ? sorted.find(({ label }) => label !== 'piecewise') : sorted[0]) as Candidate;
  const found = goodness(best, data);
  const curve = sorted.find(({ label }) => label === 'piecewise');
  if (found.fits || curve === undefined || curve === best || bicOf(curve) > bicOf(best)) return { best, found };
  const ofCurve = goodness(curve, data);
  return ofCurve.fits ? { best: curve, found: ofCurve } : { best, found };
}

function firstOf(arrivals: Arrivals): FitData {
  const atMs = new Float64Array(Math.min(arrivals.count, MOST_ARRIVALS));
  let filled = 0;
  for (const chunk of arrivals.chunks()) {
    const part = chunk.subarray(0, atMs.length - filled);
    atMs.set(part, filled);
    filled += part.length;
    if (filled === atMs.length) break;
  }
  return { atMs, durationMs: filled < arrivals.count ? (atMs.at(-1) as number) : arrivals.durationMs };
}

function partNote({ count }: Arrivals, fitted: number): string[] {
  return fitted < count ? [`Only the first ${String(fitted)} of ${String(count)} arrivals were fitted.`] : [];
}

function stampNote(stepMs: number | null): string[] {
  if (stepMs === null || stepMs < 1) return [];
  return [`The times are rounded to ${String(stepMs)} ms: equal ones were spread at random within it.`];
}
