import type { Random } from '../generator/random.js';
import { expectations, logLikelihood } from './likelihood.js';
import { withDiagonal, type Expectations, type MmppParameters, type ObservedGaps } from './mmpp-data.js';
import { mmppStarts } from './mmpp-starts.js';

/** An MMPP with the greatest likelihood that was found, its states from the lowest rate to the highest. */
export interface MmppFit {
  readonly parameters: MmppParameters;
  readonly logLikelihood: number;
  /** Given the parameters. */
  readonly expected: Expectations;
  /** False: time ran out before the likelihood stopped growing. */
  readonly converged: boolean;
}

export interface MmppTask {
  readonly atMs: Float64Array;
  readonly durationMs: number;
  readonly observed: ObservedGaps;
  readonly random: Random;
  /** Asked between rounds. */
  readonly outOfTime: () => boolean;
  /** Rounds of exact EM. */
  readonly rounds: number;
  /** The BIC to be beaten: a fit that gets nowhere near it is given up early. */
  readonly rival?: number;
}

/** Starts over binned counts, then exact EM on the gaps. Null where no start has that number of distinct states. */
export function fitMmpp(task: MmppTask, states: number): MmppFit | null {
  const { atMs, durationMs, observed, random, outOfTime } = task;
  const starts = mmppStarts(atMs, durationMs, observed, states, random, outOfTime);
  const tried = starts.slice(0, atMs.length * states ** 2 < MOST_FOR_TWO ? 2 : 1);
  const fits = tried.map(({ parameters }) => improve(parameters, task));
  return fits.sort((a, b) => b.logLikelihood - a.logLikelihood)[0] ?? null;
}

/** Above it, the second best start is not followed. */
const MOST_FOR_TWO = 200_000;
/** In units of the logarithm of the likelihood, of which 2 make a difference. */
const ENOUGH = 0.01;

/** Rounds of EM, until what they can still gain is little. */
export function improve(
  start: MmppParameters,
  { observed, outOfTime, rounds, rival = Infinity }: Pick<MmppTask, 'observed' | 'outOfTime' | 'rounds' | 'rival'>,
): MmppFit {
  let parameters = start;
  let expected = expectations(parameters, observed);
  let gained = Infinity;
  let converged = false;
  for (let round = 0; round < rounds && !converged && !outOfTime(); round++) {
    const next = maximised(parameters, expected);
    const found = expectations(next, observed);
    const gain = found.logLikelihood - expected.logLikelihood;
    if (!(gain > -1)) break;
    // EM gains in a geometric row, whose rest follows from the last two.
    const ratio = Math.min(0.999, Math.max(0, gain / gained));
    converged = round > 2 && Math.abs(gain) < 10 * ENOUGH && (Math.abs(gain) * ratio) / (1 - ratio) < ENOUGH;
    [parameters, expected, gained] = [next, found, gain];
    // What EM still gains is some dozen times what a round does.
    const missing = (bicOf(start.rates.length, found.logLikelihood, observed.gaps.length) - rival) / 2;
    if (round >= 2 && missing > 3 + HOPE * Math.abs(gain)) break;
  }
  return { parameters, expected, converged, logLikelihood: logLikelihood(parameters, observed) };
}

const HOPE = 40;

export function bicOf(states: number, likelihood: number, arrivals: number): number {
  return states ** 2 * Math.log(arrivals) - 2 * likelihood;
}

function maximised({ rates }: MmppParameters, { arrivals, seconds, jumps }: Expectations): MmppParameters {
  const states = rates.length;
  const total = seconds.reduce((sum, one) => sum + one, 0);
  // A jump that was not seen keeps a rate so small that it would not be seen, for a chain has to reach all its states.
  const least = 1e-3 / total;
  return {
    rates: rates.map((rate, i) =>
      (seconds[i] as number) > 0 ? (arrivals[i] as number) / (seconds[i] as number) : rate,
    ),
    q: withDiagonal(
      jumps.map((count, at) => Math.max(least, count / Math.max(seconds[Math.floor(at / states)] as number, 1e-9))),
      states,
    ),
  };
}
