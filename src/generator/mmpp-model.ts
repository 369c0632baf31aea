import { UserError } from '../errors.js';
import { MOST_DURATION_MS, MOST_RATE_PER_SECOND, MOST_STATES, numberWithin } from './bounds.js';
import { stationaryVector } from './stationary-vector.js';

/** A Markov-modulated Poisson process: in state i arrivals are Poisson with rate i, and states follow a Markov chain. */
export interface MmppModel {
  /** k rates, per second; at least one above 0. */
  readonly rates: readonly number[];
  /** The generator, k rows of k, per second: q[i][j] is the rate of jumps from i to j, rows sum to 0. */
  readonly q: readonly (readonly number[])[];
  /** The long-run share of time in each state. */
  readonly stationary: readonly number[];
}

/** A checked model. Every state must be reachable from every other. Throws `UserError` that names `rates` or `q`. */
export function mmppModel(rates: readonly number[], q: readonly (readonly number[])[]): MmppModel {
  checkRates(rates);
  if (q.length !== rates.length) throw new UserError(`q: give one row for each of the ${String(rates.length)} rates`);
  const generator = q.map((row, i) => checkRow(row, i, rates.length));
  if (!isIrreducible(generator))
    throw new UserError('q: some state cannot be reached from another; give jumps that connect all states');
  return { rates: [...rates], q: generator, stationary: stationaryVector(generator) };
}

/** Where only the mean time in each state is known: jumps go to each of the other states equally often. */
export function uniformJumps(rates: readonly number[], sojournMs: number | readonly number[]): MmppModel {
  checkRates(rates);
  const sojourns = typeof sojournMs === 'number' ? rates.map(() => sojournMs) : sojournMs;
  if (sojourns.length !== rates.length)
    throw new UserError(`sojournMs: give one mean time for all states, or ${String(rates.length)} of them`);
  const others = Math.max(1, rates.length - 1);
  const q = sojourns.map((meanMs, i) => {
    const jumpRate = 1000 / numberWithin(meanMs, 'sojournMs', LEAST_SOJOURN_MS, MOST_DURATION_MS) / others;
    return rates.map((_, j) => (i === j ? 0 - jumpRate * (rates.length - 1) : jumpRate));
  });
  return mmppModel(rates, q);
}

const LEAST_SOJOURN_MS = 1e-3;
const MOST_JUMP_RATE_PER_SECOND = 1e6;

function checkRates(rates: readonly number[]): void {
  if (rates.length < 1 || rates.length > MOST_STATES)
    throw new UserError(`rates: give 1 to ${String(MOST_STATES)} rates per second`);
  rates.forEach((rate, i) => numberWithin(rate, `rates[${String(i)}]`, 0, MOST_RATE_PER_SECOND));
  if (rates.every((rate) => rate === 0)) throw new UserError('rates: every rate is 0; give one above 0');
}

/** The diagonal is made from the others, so that rows given with few digits still sum to 0. */
function checkRow(row: readonly number[], i: number, states: number): readonly number[] {
  const name = `q[${String(i)}]`;
  if (row.length !== states) throw new UserError(`${name}: give ${String(states)} numbers, one for each state`);
  const away = row.map((rate, j) =>
    i === j ? 0 : numberWithin(rate, `${name}[${String(j)}]`, 0, MOST_JUMP_RATE_PER_SECOND),
  );
  const sum = away.reduce((total, rate) => total + rate, 0);
  const diagonal = numberWithin(row[i], `${name}[${String(i)}]`, -MOST_JUMP_RATE_PER_SECOND * states, 0);
  if (Math.abs(sum + diagonal) > 1e-4 * sum)
    throw new UserError(`${name}: its sum is not 0; make the diagonal minus the sum of the others`);
  return away.map((rate, j) => (i === j ? 0 - sum : rate));
}

/** Whether every state is reachable from state 0 and state 0 from every state. */
function isIrreducible(q: readonly (readonly number[])[]): boolean {
  const back = q.map((_, i) => q.map((row) => row[i] ?? 0));
  return reachable(q) === q.length && reachable(back) === q.length;
}

function reachable(q: readonly (readonly number[])[]): number {
  const seen = new Set([0]);
  for (const state of seen) {
    q[state]?.forEach((rate, next) => {
      if (rate > 0) seen.add(next);
    });
  }
  return seen.size;
}
