import type { Spread } from '../../report.js';

/** Requests sent together, by `--batch-size` and `--batch-wait`. */
export interface BatchingSection {
  /** As asked for. */
  readonly size: number;
  readonly waitMs: number;
  /** Invocations that the plan has, and those handed over to the backend. */
  readonly planned: number;
  readonly invocations: number;
  /** Requests to each invocation handed over; null without one. */
  readonly meanSize: number | null;
  /** release - due, over the requests handed over: deliberate, a part of their response, and no lateness. */
  readonly wait: Spread & { readonly meanMs: number | null };
}
