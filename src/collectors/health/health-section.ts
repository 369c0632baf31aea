import type { Bounds, Spread } from '../../report.js';
import type { Stops } from '../../run.js';

export interface HealthSection {
  /** handed - release, over every request handed over or shed. */
  readonly lateness: Spread;
  /** What probably made the run late or moved its numbers, a clause without its full stop; null where nothing did or nothing measured explains it. */
  readonly likelyCause: string | null;
  /** sent - handed less the request's own handshake, over requests that were sent; null values when the backend cannot see the first byte. */
  readonly connectionWait: Spread;
  /** Time spent opening the request's own connection; the service's share, not ours. */
  readonly handshake: Spread & { readonly count: number };
  /** done - doneEarliest, over successes. */
  readonly receiveUncertainty: Spread;
  /** Requests handed over more than 1 ms late. */
  readonly lateOver1Ms: number;
  /** The same facts over the busiest tenth of the seconds; null where that holds under 1,000 requests. */
  readonly busiest: {
    readonly seconds: number;
    readonly requests: number;
    readonly lateness: Spread;
    readonly shifts: readonly Shift[];
    readonly starved: HealthSection['starved'];
  } | null;
  /** How far our own share moves each reported number. */
  readonly shifts: readonly Shift[];
  /**
   * Of all requests with a sample, those which timed out or were aborted after a wait for a connection that was too long a
   * part of their time (1 ms + 5 % of the rest); null where the backend cannot see the first byte.
   */
  readonly starved: { readonly requests: number; readonly of: number; readonly meanWaitMs: number | null } | null;
  /** Seconds whose handed count strays from the due count by more than 3 sqrt(due) + 1. */
  readonly strayingSeconds: readonly { readonly second: number; readonly due: number; readonly handed: number }[];
  /** When the process itself was stopped (SIGSTOP, a paused container, steal); null: that was not watched. */
  readonly stops: Stops | null;
  /** Null: was not measured. */
  readonly resources: Readonly<Record<string, number | null>> | null;
  /**
   * Only of a run that is INVALID: between which values its latencies and its success can lie without our own share, by the
   * names of thresholds (`all.p(99)`).
   */
  readonly bounds?: Readonly<Record<string, Bounds>>;
}

/** A number of `response` as reported, and what it would be without one share of our own, or (`together`) without any. */
export interface Shift {
  readonly cause: 'lateness' | 'connection-wait' | 'receive-uncertainty' | 'together';
  readonly statistic: 'mean' | 'p50' | 'p99';
  readonly reportedMs: number;
  readonly withoutMs: number;
}
