import type { CapacityReading, CostTerms } from './cost-terms.js';
import type { OwnMetric } from './own-metric.js';
import type { DeclaredName, Failure } from './sample.js';

/** Requests are collected into one invocation until it has `size` of them, or its oldest has waited `waitMs` (real ms of the run). */
export interface Batching {
  /** 1..10,000. */
  readonly size: number;
  /** At least 0: then only requests due at the same moment go together. */
  readonly waitMs: number;
}

/** The invocations that the requests of a plan were put together to. */
export interface PlannedBatches extends Batching {
  readonly invocations: number;
  /** Released in each second. */
  readonly perSecond: readonly number[];
  /** Requests due before the end of the warm-up: a release may be later. */
  readonly warmupRequests: number;
}

/**
 * What was planned: a value made before anything is sent. All per-second arrays are indexed by the whole second of
 * the due time on the run's clock (after --from, --to and --speed).
 */
export interface Plan {
  /** How many requests. */
  readonly planned: number;
  /** From due 0 to the end of the window, ms. */
  readonly durationMs: number;
  /** Requests due in each second, by release time (= due where nothing is batched). */
  readonly duePerSecond: readonly number[];
  /** Requests due before this moment are warm-up: sent, billed and counted, but left out of latency. */
  readonly warmupMs: number;
  /** This many requests; absent in records of versions that counted them from the seconds. */
  readonly warmupRequests?: number;
  /** From the hand-over. */
  readonly timeoutMs: number;
  readonly maxLatenessMs: number;
  /** Whether the user limited requests in flight: then shedding is their choice. */
  readonly maxInFlight: { readonly limit: number; readonly explicit: boolean };
  /** Set when the user limited connections: at most this many over all workers. */
  readonly connections?: number;
  /** False when the backend cannot see the first byte leave: connection wait is then null. */
  readonly knowsSent: boolean;
  /** Absent: one request, one invocation. */
  readonly batching?: PlannedBatches;
  /** Metrics of the backend's own, in the order of their columns; absent: it has none. */
  readonly metrics?: readonly OwnMetric[];
  /** Columns of the sample log that the backend declares; absent: none, or a version that did not write it. */
  readonly columns?: readonly DeclaredName[];
}

/** How the run ended; written into run.json last. A run.json without it: the process was killed. */
export interface RunEnd {
  /** On the run's clock: when the last answer was in. */
  readonly endedMs: number;
  /** The same moment as a date, ISO 8601; absent in virtual time. */
  readonly endedAt?: string;
  /** When a stop was asked for (Ctrl-C, a full disk); null: it ran to its end. */
  readonly stoppedMs: number | null;
  readonly stopReason: string | null;
  /** True when sending on could have passed the budget: exit 105. Absent: there was none. */
  readonly overBudget?: boolean;
  /** The threshold whose failing stopped it: exit 99. Absent: none did. */
  readonly failedThreshold?: FailedThreshold;
  /** True after a first Ctrl-C or SIGTERM: exit 130. */
  readonly interrupted: boolean;
  /** Workers that died, with the cause. */
  readonly crashes: readonly { readonly worker: number; readonly cause: string }[];
  /** False: the process was killed before it could end the run; requests without a row are then `unknown`, else unsent. */
  readonly complete: boolean;
  /** Resources our own threads used, for the report's health; null where time was virtual or the run was killed. */
  readonly resources: Readonly<Record<string, number>> | null;
  /** Absent in virtual time, in records of versions that did not watch for it, and where the run was killed. */
  readonly stops?: Stops;
  /** What its sample log holds. Absent in records of versions that did not count it, and where the run was killed. */
  readonly samples?: WrittenSamples;
  /** What was provisioned, every 5 s and at both ends; absent where the backend cannot tell. */
  readonly capacity?: readonly CapacityReading[];
}

/** Stretches of at least 50 ms in which no thread of the process was let run: SIGSTOP, a paused container, steal. */
export interface Stops {
  readonly count: number;
  /** Of all of them. */
  readonly totalMs: number;
  /** The 20 longest in order of time; `atMs` on the run's clock. */
  readonly longest: readonly { readonly atMs: number; readonly lengthMs: number }[];
}

/** What was written to a sample log. */
export interface WrittenSamples {
  readonly rows: number;
  /** The size of the file. */
  readonly bytes: number;
  /** The checksum in its last block. */
  readonly checksum: number;
  /** Rows that the disk did not take: the first report counted them, the log does not hold them. */
  readonly lostRows: number;
}

/** The part of `run.json` that a sample log is checked against. */
export type SampleLogRecord = Pick<RunRecord, 'samplesKey'> & { readonly end: Pick<RunEnd, 'samples'> | null };

/** A threshold that failed while the run went on. */
export interface FailedThreshold {
  readonly text: string;
  readonly atMs: number;
  readonly actual: number | null;
  /** As `ThresholdResult.why`. */
  readonly why: string;
}

/** Failure kinds that are our own fault. */
export const OWN_FAULTS: readonly Failure[] = ['crashed', 'local', 'unknown'];

/** `run.json`: everything the report needs besides the samples. Written when the run starts, and again with `end` when it is over. */
export interface RunRecord {
  readonly format: 1;
  /** Names the run; safe in a header and as a folder. */
  readonly id: string;
  /** ISO 8601; null in virtual time. */
  readonly startedAt: string | null;
  /** The moment of due 0, ISO 8601; absent before the start, in virtual time, and in records of versions that did not keep it. */
  readonly dueZeroAt?: string;
  /** CLOCK_MONOTONIC at due 0, ns; 0 in virtual time. */
  readonly startMonotonicNs: number;
  readonly trace: {
    readonly name: string;
    readonly sha256: string;
    readonly count: number;
    readonly durationMs: number;
    readonly recipe: Readonly<Record<string, unknown>> | null;
  };
  readonly backend: string;
  /** By allow-list; what is not on it is "(redacted)". */
  readonly options: Readonly<Record<string, unknown>>;
  readonly backendFacts: Readonly<Record<string, string | number | boolean>>;
  /** Absent in records of versions that did not keep it. */
  readonly sent?: SentIdentity;
  /**
   * What is known of the service before the start, such as the hash of a model file; by name. Absent in records of versions
   * that did not keep it.
   */
  readonly served?: Readonly<Record<string, string | number | boolean>>;
  readonly time: 'real' | 'virtual';
  readonly window: { readonly fromMs: number; readonly toMs: number | null; readonly speed: number };
  readonly workers: number;
  readonly pacing: { readonly asked: string; readonly used: string; readonly why: string };
  readonly seed: number;
  readonly notes: readonly string[];
  /** What the user said of it; absent: nothing. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Set where it was one of several runs made together. */
  readonly series?: RunSeries;
  /** From 2 on: this many runs, less one, were INVALID and made again. Absent: the first attempt. */
  readonly attempt?: number;
  /** Absent in records of versions that knew no cost. */
  readonly cost?: CostTerms;
  /** As given, without spaces. Absent: nothing was asked. */
  readonly thresholds?: readonly string[];
  /** The key that the checksums in its sample log start from. Absent in records of versions that wrote none. */
  readonly samplesKey?: string;
  readonly plan: Plan;
  readonly versions: Readonly<Record<string, string>>;
  /** Empty in virtual time, which no host influences. */
  readonly host: Readonly<Record<string, string | number>>;
  readonly end: RunEnd | null;
}

/** What the requests of a run carried: equal for two runs only where they sent the same. */
export interface SentIdentity {
  /** Entries of the payload table. */
  readonly payloads: number;
  /** Of all entries together; null: some are tensors, whose bytes the backend makes. */
  readonly bytes: number | null;
  /** Over kind, content type, bytes, and shape, type and seed of each entry, in order (hex). */
  readonly sha256: string;
  /** Each once, such as `float32[1,3,224,224]`; the first 20. */
  readonly shapes: readonly string[];
  /** Over the query of the URL and the headers, without what looks like a credential (hex); null: there are none. */
  readonly request: string | null;
}

/** Which of several runs made together one was; where `system` is named, the systems took turns. */
export interface RunSeries {
  readonly id: string;
  /** From 1. */
  readonly repeat: number;
  readonly of: number;
  readonly system?: string;
}
