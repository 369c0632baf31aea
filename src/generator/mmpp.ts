import { UserError } from '../errors.js';
import type { ArrivalProcess } from './arrival-process.js';
import { MOST_ARRIVALS, MOST_DURATION_MS, integerWithin, numberWithin } from './bounds.js';
import { ln } from './ln.js';
import type { MmppModel } from './mmpp-model.js';
import { mmppPath, ratesAlong, type Stay } from './mmpp-path.js';
import type { Random } from './random.js';
import { areaOf, exactlyThroughRates, poissonThroughRates } from './through-rates.js';

/**
 * How the path of states and the number of arrivals come about.
 * - free: both random, stationary from the start.
 * - conditioned: exactly `count` arrivals, path and times following the law of the process given that number.
 * - pinned: the path is given; without `count` the number is Poisson around the path's area, with it exact.
 */
export type MmppMode =
  | { readonly mode: 'free' }
  | { readonly mode: 'conditioned'; readonly count: number }
  | { readonly mode: 'pinned'; readonly path: readonly PinnedStay[]; readonly count?: number };

/** One stay of a pinned path; `state` is an index into the rates. */
export interface PinnedStay {
  readonly state: number;
  readonly durationMs: number;
}

/**
 * The arrivals of a Markov-modulated Poisson process. `meanPerSecond` is the model's own mean in the first two modes, the
 * path's in the third. Throws `UserError` on a mode that does not fit the model.
 */
export function mmpp(model: MmppModel, mode: MmppMode = { mode: 'free' }): ArrivalProcess {
  switch (mode.mode) {
    case 'free':
      return free(model);
    case 'conditioned':
      return conditioned(model, integerWithin(mode.count, 'count', 0, MOST_ARRIVALS));
    case 'pinned':
      return pinned(model, checkedPath(mode.path, model.rates.length), mode.count);
  }
}

function free(model: MmppModel): ArrivalProcess {
  return {
    name: 'mmpp',
    meanPerSecond: meanPerSecond(model),
    arrivals: (random, durationMs) => {
      checkJumps(model, durationMs);
      const path = mmppPath(model, random.split('path'), durationMs);
      return poissonThroughRates(ratesAlong(model.rates, path), random, durationMs);
    },
  };
}

function conditioned(model: MmppModel, count: number): ArrivalProcess {
  return {
    name: 'mmpp',
    meanPerSecond: meanPerSecond(model),
    arrivals: (random, durationMs) => {
      const path = conditionedPath(model, count, random, durationMs);
      return exactlyThroughRates(() => ratesAlong(model.rates, path()), random, durationMs, count);
    },
  };
}

function pinned(model: MmppModel, path: readonly Stay[], count: number | undefined): ArrivalProcess {
  const endMs = path.at(-1)?.endMs ?? 0;
  const area = areaOf(ratesAlong(model.rates, path));
  if (count !== undefined) integerWithin(count, 'count', 0, MOST_ARRIVALS);
  if (count !== undefined && count > 0 && area === 0)
    throw new UserError('path: its states all have rate 0, so it cannot hold count arrivals; visit another');
  return {
    name: 'mmpp',
    meanPerSecond: ((count ?? area) * 1000) / endMs,
    arrivals: (random, durationMs) => {
      // Durations of many stays may differ from their sum by rounding; more than 1 us is a mistake.
      if (Math.abs(endMs - durationMs) > 1e-3)
        throw new UserError(
          `path: its durations sum to ${String(endMs)} ms; make it the ${String(durationMs)} ms of the trace`,
        );
      const stays = () => ratesAlong(model.rates, fitted(path, durationMs));
      return count === undefined
        ? poissonThroughRates(stays(), random, durationMs)
        : exactlyThroughRates(stays, random, durationMs, count);
    },
  };
}

/**
 * Draws paths until one is accepted, with probability e^(N - A) (A / N)^N for a path of area A: the Poisson likelihood of
 * N arrivals under it over the greatest possible. What is accepted follows the law of the path given N. The result is a
 * recipe of the path: calling it walks the accepted draw again, so no path is ever held.
 */
export function conditionedPath(
  model: MmppModel,
  count: number,
  random: Random,
  durationMs: number,
): () => Iterable<Stay> {
  checkJumps(model, durationMs);
  const draws = random.split('path');
  let stays = 0;
  for (let draw = 0; draw < MOST_DRAWS && stays < MOST_STAYS; draw++) {
    const label = `draw ${String(draw)}`;
    const acceptance = draws.split(label).split('acceptance');
    const walk = () => mmppPath(model, draws.split(label), durationMs);
    const { area, segments } = measured(model, walk());
    stays += segments;
    if (-acceptance.exponential() < logLikelihoodRatio(count, area)) return walk;
  }
  const expected = Math.round((meanPerSecond(model) * durationMs) / 1000);
  throw new UserError(
    `count: ${String(count)} arrivals are too unlikely for this process, which makes about ${String(expected)}; give a count nearer to that, or change the rates`,
  );
}

/** ln of the acceptance probability; the area is 0 when no visited state has arrivals. */
function logLikelihoodRatio(count: number, area: number): number {
  return count === 0 ? -area : count - area + count * ln(area / count);
}

function measured(model: MmppModel, path: Iterable<Stay>): { area: number; segments: number } {
  let area = 0;
  let segments = 0;
  for (const { state, startMs, endMs } of path) {
    area += ((endMs - startMs) * (model.rates[state] ?? 0)) / 1000;
    segments++;
  }
  return { area, segments };
}

function meanPerSecond({ rates, stationary }: MmppModel): number {
  return rates.reduce((sum, rate, i) => sum + rate * (stationary[i] ?? 0), 0);
}

/** A chain that jumps far faster than anything arrives is a slip of units, and would never end. */
function checkJumps({ q, stationary }: MmppModel, durationMs: number): void {
  const jumps = (stationary.reduce((sum, share, i) => sum - share * (q[i]?.[i] ?? 0), 0) * durationMs) / 1000;
  if (jumps > MOST_JUMPS)
    throw new UserError(
      `q, sojournMs: the state would change about ${jumps.toExponential(1)} times; make sojourns longer or durationMs shorter`,
    );
}

function checkedPath(path: readonly PinnedStay[], states: number): readonly Stay[] {
  if (path.length < 1 || path.length > MOST_PINNED)
    throw new UserError(`path: give 1 to ${String(MOST_PINNED)} stays {state, durationMs}`);
  let startMs = 0;
  return path.map(({ state, durationMs }, i) => {
    const name = `path[${String(i)}]`;
    integerWithin(state, `${name}.state`, 0, states - 1);
    numberWithin(durationMs, `${name}.durationMs`, 1e-3, MOST_DURATION_MS);
    const stay = { state, startMs, endMs: startMs + durationMs };
    startMs = stay.endMs;
    return stay;
  });
}

/** The path with its end moved to exactly `durationMs`. */
function fitted(path: readonly Stay[], durationMs: number): readonly Stay[] {
  return path.map((stay, i) => (i === path.length - 1 ? { ...stay, endMs: durationMs } : stay));
}

/** The presets need 30 to 73 draws on average. */
const MOST_DRAWS = 5000;
/** Some seconds of drawing. */
const MOST_STAYS = 3e7;
const MOST_JUMPS = 1e8;
export const MOST_PINNED = 100_000;
