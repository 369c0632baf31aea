import type { AbortOnFail } from '../gate/watch-thresholds.js';
import type { RawOptions } from '../backends/backend.js';
import type { PriceSheet, RentedMachine } from '../cost-terms.js';
import type { Batching, RunSeries } from '../run.js';
import type { Progress } from '../progress.js';
import type { Trace } from '../trace.js';
import type { Pacing } from '../time/choose-senders.js';

/** One run, as asked for. Defaults are the command line's; here everything is stated. */
export interface ReplayRequest {
  readonly trace: Trace;
  /** A built-in name, a path, or a package. */
  readonly backend: string;
  readonly backendOptions: RawOptions;
  /** What the user typed for an option, where that is not `--set`: `{ insecure: '-k' }`. */
  readonly optionNames?: Readonly<Record<string, string>>;
  /** Texts that no record, report or message may show, beside what is not public of the options. */
  readonly secrets?: readonly string[];
  readonly fromMs: number;
  /** Exclusive; Infinity: to the end. */
  readonly toMs: number;
  readonly speed: number;
  /** Absent: as many as the rate needs on this machine. */
  readonly workers: number | undefined;
  readonly pacing: Pacing;
  readonly time: 'real' | 'virtual';
  /** Absent: 10,000, and shedding is then our own fault. */
  readonly maxInFlight: number | undefined;
  /** Set: the connections a run opens before the start, and never more. */
  readonly connections: number | undefined;
  readonly timeoutMs: number;
  /** Absent: each request is an invocation of its own. */
  readonly batching?: Batching | undefined;
  readonly warmupMs: number;
  readonly maxLatenessMs: number;
  readonly seed: number;
  /** A shipped sheet by name, or a whole one; absent: the latest. */
  readonly prices?: string | PriceSheet;
  /** A machine of the user's own that serves this run. */
  readonly machine?: RentedMachine;
  /** Stops sending before this can be passed, in the currency of the sheet. */
  readonly budget?: number;
  /** Modules with a collector of the user's own: paths seen from `Surroundings.folder`. */
  readonly collectors?: readonly string[];
  /** What is asked of the run, such as `all.p(99)<200ms`. */
  readonly thresholds?: readonly string[];
  /** Stops sending when one of them fails while the run goes on. */
  readonly abortOnFail?: AbortOnFail;
  /** Columns of the trace that the run folder keeps beside the samples. */
  readonly keepColumns?: readonly string[];
  /** What the user says of it. */
  readonly tags?: Readonly<Record<string, string>>;
  /** A new or empty folder; absent: a fresh one below `runs`. */
  readonly out: string | undefined;
  /** Which of several runs made together this is. */
  readonly series?: RunSeries;
  /** From 2 on: `out` holds `attempt-1` and so on, which were INVALID, and this run is made in their place. */
  readonly attempt?: number;
  /** False: no report.html. */
  readonly html?: boolean;
}

/** The world as a run sees it. */
export interface Surroundings {
  /** Where plugins given by path or package are looked up. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly date: () => Date;
  /** Aborted: send nothing more, write the report. */
  readonly stop: AbortSignal;
  /**
   * Does what uses the backend of that name, which may be a stranger's code, so that it cannot harm the process. The `stop` that
   * `work` gets is also aborted by what the backend did, with a `UserError` as its reason. Absent: the process is the caller's.
   */
  readonly aroundPlugin?: <T>(
    backend: string,
    stop: AbortSignal,
    work: (stop: AbortSignal) => Promise<T>,
  ) => Promise<T>;
  /** From here on there will be a report; before, a stop leaves nothing. */
  readonly onStart?: () => void;
  /** What takes long before the start, and what the user should know at once. */
  readonly say: (text: string) => void;
  /** At every whole second of the run's clock from 1 s on, and once when it is over. Not in virtual time. */
  readonly onProgress: (progress: Progress) => void;
}
