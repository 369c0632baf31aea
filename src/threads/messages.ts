import type { DeclaredName, SampleBlock } from '../sample.js';
import type { ArrivalStore, Payload } from '../trace.js';
import type { UsedPacing } from '../time/choose-senders.js';
import type { InFlightMemory } from '../loop/in-flight.js';
import type { Shard, Window } from '../loop/schedule.js';
import type { MemberEnd, Rehearsed } from './member.js';

/** What a worker thread is born with. Plain data only. */
export interface WorkerOrder {
  readonly store: ArrivalStore;
  readonly window: Window;
  readonly shard: Shard;
  /** The module whose default export is the backend plugin, and its parsed options. */
  readonly pluginUrl: string;
  /** What messages call a plugin that does not come with replay, whose faults are not bugs of replay; absent: it is built in. */
  readonly foreign?: string;
  readonly options: unknown;
  readonly payloads: readonly Payload[];
  readonly runId: string;
  readonly seed: number;
  readonly pacing: UsedPacing;
  /** Whether the worker may go over to economic pacing in the run, where its CPU is needed by others. */
  readonly yields: boolean;
  readonly timeoutMs: number;
  /** Requests of the rehearsal before the start. */
  readonly rehearsals: number;
  /** Names of the metrics that the plugin declares; absent: none. */
  readonly metricNames?: readonly string[];
  /** Columns of the samples that the plugin declares; absent: all. */
  readonly columns?: readonly DeclaredName[];
  readonly inFlight: { readonly memory: InFlightMemory; readonly limit: number };
}

export type ToWorker =
  /** Due 0, a reading of CLOCK_MONOTONIC a little in the future. */
  | { readonly kind: 'start'; readonly startMonotonicNs: bigint }
  /** Keep the schedule in this way instead, rehearse once more, and be ready again. */
  | { readonly kind: 'pace'; readonly pacing: UsedPacing }
  /** Answer, as a sign that the event loop turns. */
  | { readonly kind: 'ping' }
  /** The memory of samples that were taken, for others. */
  | { readonly kind: 'recycled'; readonly buffer: ArrayBuffer }
  /** Send nothing more. */
  | { readonly kind: 'hold' }
  /** Send nothing more and abort what is open. */
  | { readonly kind: 'stop' };

export type FromWorker =
  /** Prepared, warm, waiting for the start. */
  | { readonly kind: 'ready'; readonly rehearsed: Rehearsed }
  | { readonly kind: 'pong' }
  /** The backend got a secret by itself, which what follows may tell. */
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'block'; readonly block: SampleBlock }
  /** It stopped spinning: the share of the time it had waited for a CPU. */
  | { readonly kind: 'yielded'; readonly waitedShare: number }
  /** Of a rehearsal. */
  | { readonly kind: 'rehearsed'; readonly block: SampleBlock }
  | { readonly kind: 'done'; readonly end: Required<Pick<MemberEnd, 'facts' | 'complaints' | 'resources' | 'stops'>> }
  /** The backend could not be opened: `isUserError` distinguishes what the user can fix from a bug. */
  | { readonly kind: 'failed'; readonly message: string; readonly isUserError: boolean };
