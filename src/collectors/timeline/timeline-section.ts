import type { Failure } from '../../sample.js';

export interface TimelineSection {
  /** One row per second of due time, and of what was sent or completed after the last one. */
  readonly seconds: readonly TimelineSecond[];
  /** The latencies again by lengths of time that hold enough of them, at most 1,000. */
  readonly windows: { readonly lengthSeconds: number; readonly rows: readonly TimelineWindow[] };
  readonly heatMap: HeatMap;
}

/** How the response of the successes was distributed over time, warm-up included. */
export interface HeatMap {
  readonly lengthSeconds: number;
  /** Four buckets of latency to each doubling; one more edge than buckets; empty without a success. */
  readonly edgesMs: readonly number[];
  /** At most 240, each of the successes due in [second, second + lengthSeconds). */
  readonly columns: readonly {
    readonly second: number;
    /** The bucket that `counts` begins with; what is not in it has none. */
    readonly first: number;
    readonly counts: readonly number[];
  }[];
}

/** Of the successes due in [second, second + lengthSeconds); null where there are none. Percentiles by nearest rank, resolution 0.8 %. */
export interface TimelineWindow {
  readonly second: number;
  readonly ok: number;
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

export interface TimelineSecond {
  readonly second: number;
  readonly due: number;
  /** Given to the backend in this second (by the hand-over's own time), shed ones not counted. */
  readonly sent: number;
  /** Successes whose last byte was read in this second. */
  readonly completed: number;
  /** Of the requests due in this second. */
  readonly ok: number;
  readonly failed: number;
  /** `failed` by kind. */
  readonly failures: Readonly<Partial<Record<Failure, number>>>;
  /** Requests handed over and neither answered nor given up: the mean over this second. */
  readonly inFlight: number;
  /** Reported by the service. */
  readonly coldStarts: number;
  /** handed - release, over the requests of this second that were handed over or shed. */
  readonly meanLatenessMs: number | null;
  readonly maxLatenessMs: number | null;
  /** sent - handed less the handshake, over those whose first byte was seen. */
  readonly maxConnectionWaitMs: number | null;
  readonly meanMs: number | null;
  /** Only where at least 100 successes; resolution 0.8 %. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  /** Of the requests due in this second, and of what was provisioned during it; null where unknown. */
  readonly cost: number | null;
}
