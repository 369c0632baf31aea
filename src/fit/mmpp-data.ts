/** Arrivals as the likelihood of an MMPP sees them, in seconds. */
export interface ObservedGaps {
  /** From time 0 to the first arrival, and from each to the next. */
  readonly gaps: Float64Array;
  /** From the last arrival to the end of the trace, in which nothing came. */
  readonly rest: number;
}

/** Parameters of an MMPP in flat arrays, per second. */
export interface MmppParameters {
  readonly rates: Float64Array;
  /** k rows of k; rows sum to 0. */
  readonly q: Float64Array;
}

/** What a walk through the gaps may leave: the law of the state after each arrival, and the density and the survival of each gap. */
export interface Walked {
  readonly filtered?: Float64Array;
  readonly densities?: Float64Array;
  readonly survivals?: Float64Array;
}

/** What is expected of the hidden path, given the arrivals. */
export interface Expectations {
  readonly logLikelihood: number;
  /** Arrivals while in each state. */
  readonly arrivals: Float64Array;
  /** Seconds spent in each state. */
  readonly seconds: Float64Array;
  /** Jumps from i to j, k rows of k; the diagonal is 0. */
  readonly jumps: Float64Array;
  /** Of the state at time 0. */
  readonly first: Float64Array;
}

export function observedGaps(atMs: Float64Array, durationMs: number): ObservedGaps {
  let before = 0;
  const gaps = atMs.map((at) => {
    const gap = (at - before) / 1000;
    before = at;
    return gap;
  });
  return { gaps, rest: Math.max(0, durationMs - before) / 1000 };
}

/** A recipe takes no faster jumps, per second: a chain that jumps faster than this only mixes its rates. */
const MOST_JUMP_RATE = 1e6;

/** Off-diagonal rates, within what a recipe takes, with the diagonal that makes rows sum to 0. */
export function withDiagonal(q: Float64Array, states: number): Float64Array {
  for (let i = 0; i < states; i++) {
    let sum = 0;
    for (let j = 0; j < states; j++) {
      if (j === i) continue;
      q[i * states + j] = Math.min(MOST_JUMP_RATE, q[i * states + j] as number);
      sum += q[i * states + j] as number;
    }
    q[i * states + i] = -sum;
  }
  return q;
}

/** As rows, for what works on matrices. */
export function rowsOf(flat: Float64Array, states: number): number[][] {
  return Array.from({ length: states }, (_, i) => [...flat.subarray(i * states, (i + 1) * states)]);
}
