import type { Distribution } from '../../report.js';

/** What the service or our handlers reported about new environments. */
export interface ColdStartsSection {
  /** Invocations that met a cold start, and those of which it is known whether they did. */
  readonly count: number;
  readonly known: number;
  /** Time to make or restore an environment, over the cold starts that reported it. */
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /**
   * Parts of a cold request, where reported: `init`, `restore`, `firstInvocation`; and as the function timed itself
   * `container`, `import`, `download`, `load`, `firstInference`.
   */
  readonly stages: Readonly<
    Record<string, { readonly count: number; readonly meanMs: number; readonly p99Ms: number }>
  >;
  /** The most instances that any reading of the capacity saw; null: there is none. */
  readonly instancesSeen: number | null;
  /** How many there were from each reading on that differs from the one before; empty: no reading. */
  readonly instances: readonly { readonly atMs: number; readonly count: number }[];
  /** Response of the successes after the warm-up that met a warm, or a new environment; null: none is known. */
  readonly warm: Distribution | null;
  readonly cold: Distribution | null;
}
