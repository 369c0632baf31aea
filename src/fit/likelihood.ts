import { stationaryVector } from '../generator/stationary-vector.js';
import { rowsOf, type Expectations, type MmppParameters, type ObservedGaps } from './mmpp-data.js';
import { twoStateExpectations, twoStateForward } from './two-state-likelihood.js';
import { UniformisedLikelihood } from './uniformised-likelihood.js';

/** The long-run law of the states, with which a generated trace starts. */
export function stationaryLaw({ rates, q }: MmppParameters): Float64Array {
  return Float64Array.from(stationaryVector(rowsOf(q, rates.length)));
}

/** The natural logarithm of the density of the arrivals, per second each, for a chain that starts in `first`. */
export function logLikelihood(
  parameters: MmppParameters,
  observed: ObservedGaps,
  first = stationaryLaw(parameters),
): number {
  return parameters.rates.length === 2
    ? twoStateForward(parameters, first, observed)
    : new UniformisedLikelihood(parameters).forward(first, observed);
}

export function expectations(
  parameters: MmppParameters,
  observed: ObservedGaps,
  first = stationaryLaw(parameters),
): Expectations {
  return parameters.rates.length === 2
    ? twoStateExpectations(parameters, first, observed)
    : new UniformisedLikelihood(parameters).expectations(first, observed);
}

/** The probability of each gap to be longer than it was, given all before: uniform on [0, 1] where the model is right. */
export function survivals(parameters: MmppParameters, observed: ObservedGaps): Float64Array {
  const into = new Float64Array(observed.gaps.length);
  const first = stationaryLaw(parameters);
  if (parameters.rates.length === 2) twoStateForward(parameters, first, observed, { survivals: into });
  else new UniformisedLikelihood(parameters).forward(first, observed, { survivals: into });
  return into;
}
