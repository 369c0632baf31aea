import { seededRandom } from '../generator/random.js';
import type { Candidate, FitData } from './candidate.js';
import { bicOf, fitMmpp, improve, type MmppFit, type MmppTask } from './fit-mmpp.js';
import { fitPiecewise } from './fit-piecewise.js';
import { fitPoisson } from './fit-poisson.js';
import { fitGamma, fitWeibull } from './fit-renewal.js';
import type { FitWish } from './fit-traffic.js';
import { mmppCandidate } from './mmpp-candidate.js';
import { observedGaps } from './mmpp-data.js';

const MOST_STATES = 8;
/** Of exact EM, while states are counted; the chosen number gets the rest. */
const ROUNDS_TO_COMPARE = 25;
const ROUNDS = 300;
/** The number of states is found when this many more in a row were no better. */
const WORSE = 2;

/** All processes that the wish allows, fitted. */
export function candidates(data: FitData, wish: FitWish, outOfTime: () => boolean): Candidate[] {
  const is = (name: FitWish['process']): boolean => wish.process === name || wish.process === 'auto';
  const simple = [
    is('poisson') ? fitPoisson(data) : null,
    is('gamma') ? fitGamma(data) : null,
    is('weibull') ? fitWeibull(data) : null,
    is('piecewise') ? fitPiecewise(data) : null,
  ].filter((one) => one !== null);
  const least = Math.min(
    ...simple.filter(({ label }) => label !== 'piecewise').map((one) => bicOfCandidate(one, data)),
  );
  const all = is('mmpp') ? [...simple, ...mmpps(data, wish.states, least, outOfTime)] : simple;
  return all.filter((one) => Number.isFinite(one.logLikelihood));
}

function bicOfCandidate({ parameters, logLikelihood }: Candidate, { atMs }: FitData): number {
  return parameters * Math.log(atMs.length) - 2 * logLikelihood;
}

/** `rival` is the BIC of what is simpler: an MMPP that stays far behind it is not polished. */
function mmpps(data: FitData, states: number | undefined, rival: number, outOfTime: () => boolean): Candidate[] {
  const { atMs, durationMs } = data;
  const observed = observedGaps(atMs, durationMs);
  const random = seededRandom('starts');
  const task: MmppTask = { atMs, durationMs, observed, outOfTime, random, rounds: ROUNDS_TO_COMPARE };
  const fits = states === undefined ? search(task) : [fitMmpp({ ...task, rounds: ROUNDS }, states)];
  const found = fits.filter((fit) => fit !== null);
  const [best] = [...found].sort((a, b) => bic(a, atMs.length) - bic(b, atMs.length));
  const isChosen = best !== undefined && bic(best, atMs.length) < rival + NEAR;
  return found.map((fit) => {
    if (fit !== best || !isChosen) return mmppCandidate(fit, observed, durationMs, false);
    const polished = fit.converged ? fit : improve(fit.parameters, { observed, outOfTime, rounds: ROUNDS });
    // Intervals take as many rounds as there are parameters, twice.
    return mmppCandidate(
      polished,
      observed,
      durationMs,
      fit.parameters.rates.length <= MOST_WITH_ERRORS && !outOfTime(),
    );
  });
}

/** Of BIC. */
const NEAR = 20;
const MOST_WITH_ERRORS = 5;

/** Two states and more, while BIC says that they are worth it. */
function search(task: MmppTask): (MmppFit | null)[] {
  const fits: MmppFit[] = [];
  let [least, worse] = [Infinity, 0];
  for (let states = 2; states <= MOST_STATES && worse < WORSE; states++) {
    if (fits.length > 0 && task.outOfTime()) break;
    const fit = fitMmpp({ ...task, rival: least }, states);
    if (fit === null) break;
    fits.push(fit);
    const value = bic(fit, task.atMs.length);
    worse = value < least ? 0 : worse + 1;
    least = Math.min(least, value);
  }
  return fits;
}

function bic({ parameters, logLikelihood }: MmppFit, arrivals: number): number {
  return bicOf(parameters.rates.length, logLikelihood, arrivals);
}
