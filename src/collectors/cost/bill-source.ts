import type { RunEnd } from '../../run.js';
import type { InvocationCounts } from './invocation-counts.js';
import type { Quantity } from './price.js';
import type { Seen } from './seen.js';

/** Something that sends a bill. */
export interface Source {
  readonly counts?: InvocationCounts;
  /** `underWay`: invocations sent that have no sample yet. */
  charge(seen: Seen, end: RunEnd, underWay?: number): Charge;
  /** Adds the expected cost of each second; only called where the charge has no reason to be unknown. */
  spread(perSecond: Float64Array, seen: Seen, end: RunEnd): void;
}

export interface Charge {
  readonly quantities: readonly Quantity[];
  /** Why the bill is unknown. */
  readonly reason: string | null;
  readonly notes: readonly string[];
  readonly excluded: readonly string[];
  /** Parts of `quantities`. */
  readonly coldStarts: readonly Quantity[];
  /** Beyond `quantities`. */
  readonly tail?: readonly Quantity[];
}

export const NOTHING: Charge = { quantities: [], reason: null, notes: [], excluded: [], coldStarts: [] };

/** A bill that no one can know. */
export function unknownBill(reason: string): Source {
  return { charge: () => ({ ...NOTHING, reason }), spread: () => undefined };
}
