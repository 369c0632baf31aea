import type { Failure } from '../../sample.js';

/** planned = ok + sum of failures + unsent, always. */
export interface OutcomesSection {
  readonly planned: number;
  readonly ok: number;
  /** ok / planned; null when nothing was planned. */
  readonly successRatio: number | null;
  readonly failures: Readonly<Partial<Record<Failure, number>>>;
  readonly unsent: number;
  /** The first examples of each kind, printable. */
  readonly examples: Readonly<Partial<Record<Failure, readonly { readonly seq: number; readonly detail: string }[]>>>;
}
