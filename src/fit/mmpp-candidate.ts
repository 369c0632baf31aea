import { short, type Candidate, type NamedEstimate } from './candidate.js';
import type { MmppFit } from './fit-mmpp.js';
import { survivals } from './likelihood.js';
import { rowsOf, withDiagonal, type ObservedGaps } from './mmpp-data.js';
import { stateEstimates, UNSEEN_EXITS, type StateEstimate } from './mmpp-uncertainty.js';

/** The fit with what is known of its parameters, and as a recipe. Without `withErrors` the path counts as known, which costs nothing. */
export function mmppCandidate(
  fit: MmppFit,
  observed: ObservedGaps,
  durationMs: number,
  withErrors: boolean,
): Candidate {
  const { parameters } = fit;
  const states = parameters.rates.length;
  const found = stateEstimates(fit, withErrors ? observed : null);
  const q = leavable(fit, found);
  return {
    label: `mmpp:${String(states)}`,
    recipe: {
      process: 'mmpp',
      durationMs,
      seed: 1,
      rates: [...parameters.rates].map(short),
      q: rowsOf(withDiagonal(q.map(short), states), states).map((row) => row.map(short)),
      mode: 'free',
    },
    logLikelihood: fit.logLikelihood,
    parameters: states * states,
    estimates: found.flatMap((state, i): NamedEstimate[] => [
      { name: `rate of state ${String(i)}`, unit: '/s', ...state.ratePerSecond },
      { name: `mean stay in state ${String(i)}`, unit: 's', ...state.sojournSeconds },
    ]),
    states: found,
    survivals: () => survivals(parameters, observed),
    notes: [
      ...(fit.converged ? [] : ['The likelihood was still growing when the time or the rounds ran out: more time may find better parameters.']), // prettier-ignore
      ...found.flatMap(({ exits, sojournSeconds: { low } }, i) =>
        low !== null && exits < 1.5
          ? [`State ${String(i)} is left ${exits < 0.5 ? 'never' : 'once'}: its mean stay is only known to be above ${short(low).toPrecision(3)} s, and the recipe takes a guess.`] // prettier-ignore
          : [],
      ),
    ],
  };
}

/** A state that was never left gets the median of what that leaves open: a recipe that cannot leave it would make another traffic. */
function leavable({ parameters: { q, rates } }: MmppFit, found: readonly StateEstimate[]): Float64Array {
  const states = rates.length;
  const result = Float64Array.from(q);
  found.forEach(({ exits, sojournSeconds }, i) => {
    if (exits >= UNSEEN_EXITS) return;
    const total = -(q[i * states + i] as number);
    const scale = 1 / sojournSeconds.value / total;
    for (let j = 0; j < states; j++) if (j !== i) result[i * states + j] = (result[i * states + j] as number) * scale;
  });
  return result;
}
