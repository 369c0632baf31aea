import type { Estimate, StateEstimate } from './mmpp-uncertainty.js';

/** A process fitted to a trace. */
export interface Candidate {
  /** poisson, gamma, weibull, mmpp:2, piecewise. */
  readonly label: string;
  /** What `replay generate --recipe` takes, over the length of the trace. */
  readonly recipe: Readonly<Record<string, unknown>>;
  /** Of the arrivals, per second each. */
  readonly logLikelihood: number;
  /** Free parameters. */
  readonly parameters: number;
  readonly estimates: readonly NamedEstimate[];
  /** Of an MMPP, from the lowest rate to the highest. */
  readonly states?: readonly StateEstimate[];
  /** The probability of each gap to be longer than it was, given all before it: uniform where the process is right. */
  readonly survivals: () => Float64Array;
  readonly notes: readonly string[];
}

export interface NamedEstimate extends Estimate {
  readonly name: string;
  readonly unit: '/s' | 's' | '';
}

/** Arrivals to be fitted, times in ms. */
export interface FitData {
  readonly atMs: Float64Array;
  readonly durationMs: number;
}

/** Six digits: more than any data carry. */
export function short(value: number): number {
  return Number(value.toPrecision(6));
}
