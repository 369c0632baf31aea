import type { Clock } from '../clock.js';
import type { CloudMeters } from '../cloud-meters.js';
import type { Billing, EstimatedService } from '../cost-terms.js';
import type { OwnMetric } from '../own-metric.js';
import type { DeclaredName, Outcome } from '../sample.js';
import type { ColumnValue, Payload } from '../trace.js';
import type { BatchCall, BatchOutcome, Call } from './call.js';
import type { BackendChecks, Capacity, Hide, SetUp, SetUpResult } from './set-up.js';

export type * from './call.js';
export type * from './set-up.js';

/** What a backend can wait for during a request. */
export const WAITS = ['on-the-world', 'on-the-clock', 'by-callback'] as const;
export type Waits = (typeof WAITS)[number];

/**
 * The contract of a serving system. A plugin is a module whose default export is a `BackendPlugin`; every worker
 * thread imports that module itself, so nothing but plain data (the parsed options) crosses between threads.
 */
export interface BackendPlugin<Options = unknown> {
  /** What `--backend` calls it. */
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  /**
   * `on-the-world`: answers arrive from outside (sockets, threads). `on-the-clock`: every wait during a request is
   * `clock.until` or `clock.at`, so that the backend also runs in virtual time, where a wait for anything else ends the run
   * (exit 2). `by-callback`: the same by `clock.at` alone, and each request is settled (`call.settle`) within `invoke` or such a
   * callback; a run in virtual time is then several times as fast.
   */
  readonly waits: Waits;
  /**
   * Whether it sees the moment the first byte is sent; a function where that depends on the options. When false, `sent` =
   * handed and connection wait is null in the report.
   */
  readonly knowsSent: boolean | { told(options: Options): boolean }['told'];
  /** Option names whose values may be written to `run.json`; all others are written as "(redacted)". */
  readonly publicOptions: readonly string[];
  /** Every option, for `replay backends`, for suggestions and for `REPLAY_<BACKEND>_<OPTION>`; absent: not described. */
  readonly options?: readonly OptionInfo[];
  /**
   * Main thread, before anything else. `raw` holds the text of each `--set key=value` (and of shorthands such as
   * `--url`); a repeated key is an array. `trace`: what the options may name of it. The result must survive structured clone.
   * Throws `UserError` on bad options.
   */
  parseOptions(raw: RawOptions, trace?: NamedColumns): Options;
  /**
   * Whether its backends have `invokeBatch`: true, or a clause that says why not with these options. Main thread. Absent:
   * they have not, and `--batch-size` is refused.
   */
  batches?(options: Options): true | string;
  /**
   * Whether it takes payloads that name their own method, path and headers (`Payload.request`) or whose placeholders are to be
   * filled in (`Payload.template`). Absent: a run with one is refused.
   */
  readonly payloadRequests?: true;
  /** At most how many worker threads make sense (an in-process model: 1). Main thread. Absent: no limit. */
  maxWorkers?(options: Options): number;
  /**
   * At most this many connections over all workers, where the user said so (by flag, option or environment): waiting for one is
   * then our own share. Main thread. Absent or null: no limit of the user's.
   */
  connectionLimit?(options: Options): number | null;
  /** CPUs it keeps busy besides the worker threads themselves (session threads); pacing `auto` counts them. Main thread. */
  ownCpus?(options: Options): number;
  /**
   * How the service bills, never a price. Main thread, after `setUp`; what it returns is written to `run.json`. With it the
   * run reads `Backend.probe`; absent or null: the service has no bill of its own.
   */
  billing?(options: Options): Billing | null;
  /**
   * The services behind this backend as `replay estimate` knows them, the usual one first. Absent: one without a bill of its
   * own, by the name of the backend.
   */
  readonly estimates?: readonly EstimatedService[];
  /** What the provider itself measures: `--collect cloud` puts it beside what the client saw. Of built-in backends only. */
  readonly meters?: CloudMeters;
  /** Optional npm packages that it uses: `replay --version` shows which of them are installed. */
  readonly packages?: readonly string[];
  /**
   * What outcomes can have of the columns that not every sample log has, such as the members of `Outcome.usage`. Only what is
   * named here is kept, with or without a bill, and makes the log longer. Main thread, before `setUp`. Absent: all of
   * `Outcome.usage` where there is `billing`, else nothing.
   */
  columns?(options: Options): readonly DeclaredName[];
  /** The price sheet of the service's time, where the run names none. Main thread, after `setUp`. Absent: the latest. */
  prices?(options: Options): string;
  /**
   * Metrics of its own, at most 16: what `Outcome.metrics` may hold. Each is a column of the sample log and of exports
   * (`metric_NAME`), a row of the report (mean, percentiles, sum), and something that thresholds can name
   * (`metrics.NAME.p(99)<100`).
   */
  readonly metrics?: readonly OwnMetric[];
  /**
   * Main thread, once before the workers start: heavy preparations that all threads share (making a model file),
   * checks that only the user can fix (a missing package, a broken model: `UserError`), and the payloads to use when
   * the trace has none. What it returns reaches `create` in each worker.
   */
  setUp?(options: Options, setUp: SetUp): Promise<SetUpResult<Options>>;
  /** What `replay check` asks before anything is sent. Main thread. */
  readonly checks?: BackendChecks<Options>;
  /** How long its hooks may take, ms, where that is longer (or shorter) than usual: at most an hour each. */
  readonly patienceMs?: Patience;
  /** In each worker thread. */
  create(options: Options, context: BackendContext): Backend | Promise<Backend>;
}

/**
 * How long hooks may take, ms. Absent: `setUp` 60 s, `create`, `prepare` and `rehearse` 30 s, `close` 5 s. A hook that takes
 * longer ends the run before its start, or is a note in the report after it.
 */
export interface Patience {
  readonly setUp?: number;
  readonly create?: number;
  readonly prepare?: number;
  readonly rehearse?: number;
  readonly close?: number;
}

export interface NamedColumns {
  /** The names of the trace's columns. */
  readonly columns: readonly string[];
}

/** What the trace says of its requests besides their times and payloads. */
export interface ArrivalValues {
  /** The value of a column for the request with this index in the trace; undefined: it has none, or there is no such column. */
  of(column: string, seq: number): ColumnValue | undefined;
}

/** One `--set name=value`. */
export interface OptionInfo {
  readonly name: string;
  /** What the value looks like: `URL`, `N`, `true|false`. */
  readonly value: string;
  /** One line. */
  readonly summary: string;
  /** Where the run cannot start without it. */
  readonly required?: boolean;
}

export type RawOptions = Readonly<Record<string, string | readonly string[]>>;

/** A complete answer as the service gave it, without what this client knows to be secret. */
export interface SeenAnswer {
  /** What names its success or failure: `200`, `OK`. */
  readonly status: string;
  readonly bodyBytes: number;
  /** Its beginning; any bytes. */
  readonly text: string;
}

export interface BackendContext {
  readonly clock: Clock;
  /** The payload table; `Call.payload` indexes it. */
  readonly payloads: readonly Payload[];
  /** 0-based index of this worker thread, and how many there are. */
  readonly worker: number;
  readonly workers: number;
  /** Names the run; safe in headers. */
  readonly runId: string;
  /** Seed for any randomness of the backend; equal runs get equal seeds. */
  readonly seed: number;
  /** True when the clock is virtual. */
  readonly virtual: boolean;
  /** The columns of the trace; absent: it has none. */
  readonly arrivals?: ArrivalValues;
  /** Set by `replay check` alone: called with every answer before it is judged, which then costs what a run must not pay. */
  readonly onAnswer?: (answer: SeenAnswer) => void;
  /** Set by `replay check` alone: one call comes at most, so that nothing is opened ahead of it. */
  readonly singleCall?: true;
  /** How long a call may take; opening connections before the start takes no longer either. Absent: not limited. */
  readonly timeoutMs?: number;
  /** For secrets that are not in the options, which are hidden anyway. Absent: nothing is written down. */
  readonly hide?: Hide;
  /** Set: calls come to `invokeBatch` alone, with up to this many requests each. */
  readonly batchSize?: number;
}

/** One connected client of the serving system, owned by one worker thread. */
export interface Backend {
  /**
   * In each worker, before the common start; may be slow. Opens connections, but sends no request to the measured
   * service, for that would end a cold start and may cost money. A service that is down is no reason to throw.
   */
  prepare?(signal: AbortSignal): Promise<void>;
  /**
   * In each worker, after `prepare`: the same client against a stand-in inside this thread. The engine runs its loop over
   * it for some thousand requests and closes it, twice, so that the first second of the run is as exact as the tenth.
   * Undefined: there is no stand-in.
   */
  rehearse?(signal: AbortSignal): Promise<Backend | undefined>;
  /**
   * Sends one request and resolves with what became of it. Called at the due time, on the thread that keeps the
   * schedule: never block it. Failures are returned, not thrown; a throw is recorded as `crashed`. After `call` is
   * aborted (timeout or stop) the engine has already recorded it: release what it holds; the result is ignored.
   * `'settles'`: the outcome comes by `call.settle`.
   */
  invoke(call: Call): Promise<Outcome> | 'settles';
  /**
   * The same for several requests in one call to the service, which is one invocation for anyone who bills. `call.payloads` has
   * one entry for each, in order; the answer must be split again. With `--batch-size`, every call is one of these.
   */
  invokeBatch?(call: BatchCall): Promise<BatchOutcome> | 'settles';
  /**
   * What is provisioned now: every 5 s and at both ends of a run. Main thread only, on a client made for it that is never
   * prepared (in virtual time: the run's own). It may throw; the run goes on.
   */
  probe?(signal: AbortSignal): Promise<readonly Capacity[]>;
  /**
   * What the run should know of this client when it ended (which path served it, connections opened, ...). Numbers add up
   * over the workers, but of those named `most...` the greatest counts.
   */
  facts?(): Readonly<Record<string, string | number | boolean>>;
  /** After the last answer or the drain. Releases everything. */
  close?(): Promise<void>;
}
