import type { CapacityReading } from '../cost-terms.js';
import type { SampleBlock } from '../sample.js';
import type { UsedPacing } from '../time/choose-senders.js';
import type { Stretch } from './watch-stops.js';

/** One worker of a run, as the fleet drives it: a thread (`ThreadMember`), or this thread itself (`InProcessMember`). */
export interface Member {
  /** Which of the workers it is, from 0. */
  readonly index: number;
  /** Resolves once it could start; rejects with what keeps it from that. `pace` replaces it. */
  readonly ready: Promise<Rehearsed>;
  /** Resolves when it is over. Rejects with what ends the whole run; the death of a thread does not. */
  readonly done: Promise<MemberEnd>;
  /** Keeps the schedule in another way: it rehearses once more, and is ready again. */
  pace(pacing: UsedPacing): void;
  /** Sends its shard. Due 0 is a reading of CLOCK_MONOTONIC. */
  start(startMonotonicNs: bigint): void;
  /** Sends nothing more; what is open goes on. */
  hold(): void;
  /** Sends nothing more and aborts what is open. */
  stop(): void;
  /** From now on it should come to its end, and is ended by force where it does not. */
  expectEnd(): void;
  /** When all members are over: hands over rows for the requests that it left without one. */
  finish(): void;
  /** Ends whatever is left of it. */
  close(): Promise<void>;
}

/** What a member hands over while it works. */
export interface MemberEvents {
  /** Rows of the run, in order of their ends; texts in them hold no secret. */
  readonly onSamples: (samples: SampleBlock) => void;
  /** Rows of a rehearsal, before the start: made up, but of the same kind. */
  readonly onRehearsed?: (samples: SampleBlock) => void;
  /** It stopped spinning during the run, after it had waited for its CPU for this share of the time. */
  readonly onYielded?: (waitedShare: number) => void;
}

/** What is known of a member that is over. */
export interface MemberEnd {
  /** Why it died. Absent: it lived to its end. */
  readonly crash?: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  /** What failed when its backend ended; sentences. */
  readonly complaints: readonly string[];
  /** Absent where it died, or has no thread of its own. */
  readonly resources?: WorkerResources;
  /** When its thread was stopped. Absent as `resources`. */
  readonly stops?: readonly Stretch[];
  /** What was provisioned, where it asked. */
  readonly capacity?: readonly CapacityReading[];
}

/** What the last rehearsal of a worker showed. */
export interface Rehearsed {
  readonly elapsedMs: number;
  /** Time the thread was ready to run and was not let, ms; NaN where the system does not tell. */
  readonly runQueueMs: number;
}

/** What the thread used between start and end. */
export interface WorkerResources {
  /** CPU time of the thread over wall time, 0..1; NaN where the system does not tell. */
  readonly cpuShare: number;
  /** Time it was ready to run and was not let, ms; NaN where the system does not tell. */
  readonly runQueueMs: number;
  readonly gcMs: number;
  readonly gcMaxMs: number;
}
