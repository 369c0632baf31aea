import type { Failure } from './sample.js';

/** What a cloud's own meters count, whatever the provider calls it. */
export const CLOUD_METERS = [
  'invocations',
  'errors',
  'throttles',
  'duration',
  'init',
  'model',
  'overhead',
  'concurrency',
  'instances',
  'billable',
  'predictions',
  'cpu',
  'memory',
] as const;
export type CloudMeter = (typeof CLOUD_METERS)[number];

/** `sum` of the values and `count` of them (together a mean), or the `most` of them. */
export const CLOUD_STATISTICS = ['sum', 'count', 'most'] as const;

/** One time series as the provider gave it, in its own unit. */
export interface CloudSeries {
  readonly meter: CloudMeter;
  readonly statistic: (typeof CLOUD_STATISTICS)[number];
  /** The provider's name: `AWS/Lambda Duration`. */
  readonly name: string;
  /** The provider's: `Milliseconds`, `us`, `1`. */
  readonly unit: string;
  /** What distinguishes it from the others of its name; empty where there is one. */
  readonly labels: Readonly<Record<string, string>>;
  /** Unix time in ms, each once and ascending, and the value. */
  readonly points: readonly (readonly [unixMs: number, value: number])[];
}

/** What the log of a function reports of its invocations, as columns; null where a report did not hold it. */
export interface LoggedInvocations {
  /** The log group. */
  readonly group: string;
  readonly durationMs: readonly (number | null)[];
  readonly billedMs: readonly (number | null)[];
  readonly initMs: readonly (number | null)[];
  readonly restoreMs: readonly (number | null)[];
  readonly memoryMb: readonly (number | null)[];
}

/** What could not be read, or is not there, and why. */
export interface CloudGap {
  readonly what: string;
  readonly reason: string;
  /** True: reading failed. False: it was read, and there is nothing. */
  readonly failed: boolean;
}

/** One look at the meters. */
export interface CloudReading {
  readonly series: readonly CloudSeries[];
  /** Null: this service keeps no log of them, or it could not be read. */
  readonly logged: LoggedInvocations | null;
  readonly missing: readonly CloudGap[];
}

/**
 * Why reading ended: the counts were those of the client, or stopped growing, or are of a run long over; the wait was over;
 * nothing could be read; the user stopped it.
 */
export const READING_ENDS = ['matched', 'steady', 'old', 'time-over', 'failed', 'stopped'] as const;
export type ReadingEnd = (typeof READING_ENDS)[number];

/** `cloud.json`: what a cloud's own meters said of a run, kept so that its report can be made again without asking. */
export interface CloudRecord extends CloudReading {
  readonly format: 1;
  /** The meters: `cloudwatch`. */
  readonly source: string;
  readonly counting: Counting;
  /** What was asked about: `function f in us-east-1`. */
  readonly subject: string;
  /** ISO 8601, whole minutes. */
  readonly window: { readonly from: string; readonly to: string };
  readonly reading: {
    /** ISO 8601. */
    readonly at: string;
    readonly times: number;
    readonly waitedMs: number;
    readonly ended: ReadingEnd;
  };
}

/** How the failures that a client saw stand in the counts of a provider. */
export interface Counting {
  /** It counts these as errors. */
  readonly errors: readonly Failure[];
  /** It may have counted these as invocations. */
  readonly perhaps: readonly Failure[];
}

/** Failures that say nothing of whether the service ran the request. */
export const COUNTED_PERHAPS: readonly Failure[] = [
  'timeout',
  'server-error',
  'cut',
  'stale-connection',
  'crashed',
  'aborted',
  'unknown',
];

/** Requests that the service certainly counted, and that it may have counted besides, as they reported nothing. */
export interface ClientCount {
  readonly sure: number;
  readonly perhaps: number;
}
