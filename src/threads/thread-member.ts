import { Worker } from 'node:worker_threads';
import { messageOf, UserError } from '../errors.js';
import { systemTrouble } from '../host/disk-trouble.js';
import { releaseInFlight } from '../loop/in-flight.js';
import { createRecorder } from '../loop/recorder.js';
import { schedule } from '../loop/schedule.js';
import { roomOf, type SampleBlock } from '../sample.js';
import type { KnownSecrets } from '../secrets/known-secrets.js';
import type { UsedPacing } from '../time/choose-senders.js';
import { redactEnd } from './end-backend.js';
import type { Member, MemberEnd, MemberEvents, Rehearsed } from './member.js';
import type { FromWorker, ToWorker, WorkerOrder } from './messages.js';
import { RowsSeen } from './rows-seen.js';
import { SilenceWatch } from './silence-watch.js';
import { SEMI_SPACE_MB } from './warm/warm-up.js';

/** The clock of the run, as the thread that conducts it reads it. */
export interface RunTime {
  /** Ms since due 0. */
  readonly now: () => number;
  /** When a stop was asked for; Infinity: it was not. What was due later is unsent, not crashed. */
  readonly stoppedMs: () => number;
}

/** How long a worker may take to end once it was asked to. */
const PATIENCE_MS = 10_000;
/** How long a thread may live on after its worker is done: a plugin may have left a timer or a socket behind. */
const LINGER_MS = 1000;
/** How long a worker that gets ready may keep its event loop from turning, where its plugin is not built in. */
const READY_SILENCE_S = 60;
/** The same at the end of a run: after a stop, and after the last request. */
const END_SILENCE_S = 8;

type Done = Extract<FromWorker, { kind: 'done' }>;

/**
 * A worker in a thread of its own. Should the thread die, its requests without a row are recorded as `crashed`, and the
 * others go on.
 */
export class ThreadMember implements Member {
  readonly index: number;
  readonly done: Promise<MemberEnd>;
  readonly #worker: Worker;
  readonly #exited = deferred<undefined>();
  readonly #over = deferred<MemberEnd>();
  #readiness = readiness();
  #done: Done | undefined;
  /** Why it died, when it did. */
  #cause: string | undefined;
  /** What the system refused its thread; the user can change that. */
  #trouble: string | undefined;
  /** Whether its event loop turns; watched while it gets ready and at its end. */
  readonly #silence = new SilenceWatch(() => {
    this.#tell({ kind: 'ping' });
  });
  readonly #seen: RowsSeen;

  constructor(
    private readonly order: WorkerOrder,
    private readonly events: MemberEvents,
    private readonly time: RunTime,
    private readonly secrets: KnownSecrets,
  ) {
    this.index = order.shard.index;
    this.done = this.#over.promise;
    this.#seen = new RowsSeen(order, order.store.count);
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: order,
      ...nodeFlags(process.execArgv),
      resourceLimits: { maxYoungGenerationSizeMb: 3 * SEMI_SPACE_MB },
      // What a plugin prints is no part of the report on standard output.
      stdout: true,
      name: `replay worker ${String(this.index)}`,
    });
    this.#worker.stdout.on('data', (bytes: Buffer) => {
      process.stderr.write(bytes);
    });
    if (order.foreign !== undefined) this.#expectTurns(READY_SILENCE_S);
    this.#worker.on('message', (message: FromWorker) => {
      this.#silence.heard();
      this.#take(message);
    });
    this.#worker.on('error', (thrown) => {
      this.#trouble = systemTrouble(thrown);
      if (this.#done === undefined) this.#cause ??= this.#blamed(this.#trouble ?? messageOf(thrown));
    });
    this.#worker.on('exit', (code) => {
      this.#hasExited(code);
    });
  }

  get ready(): Promise<Rehearsed> {
    return this.#readiness.promise;
  }

  pace(pacing: UsedPacing): void {
    this.#readiness = readiness();
    if (this.#cause === undefined) this.#tell({ kind: 'pace', pacing });
    else this.#readiness.reject(this.#failed(this.#cause));
  }

  start(startMonotonicNs: bigint): void {
    this.#tell({ kind: 'start', startMonotonicNs });
  }

  hold(): void {
    this.#tell({ kind: 'hold' });
  }

  stop(): void {
    this.#tell({ kind: 'stop' });
  }

  /** A thread whose event loop does not turn any more is ended. */
  expectEnd(): void {
    if (this.#done === undefined && this.#cause === undefined) this.#expectTurns(END_SILENCE_S);
  }

  finish(): void {
    if (this.#cause !== undefined) this.#recordCrashed(this.#cause);
  }

  /** Asks first: a thread killed while its model loads or runs takes the whole process down. */
  async close(): Promise<void> {
    let patience: NodeJS.Timeout | undefined;
    const outOfPatience = new Promise<void>((resolve) => {
      patience = setTimeout(resolve, this.#done === undefined ? PATIENCE_MS : LINGER_MS);
    });
    await Promise.race([this.#exited.promise, outOfPatience]);
    clearTimeout(patience);
    await this.#worker.terminate();
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromWorker): void {
    if (message.kind === 'block') this.#takeSamples(message.block);
    else if (message.kind === 'rehearsed') this.events.onRehearsed?.(message.block);
    else if (message.kind === 'yielded') this.events.onYielded?.(message.waitedShare);
    else if (message.kind === 'secret') this.secrets.add(message.secret);
    else if (message.kind === 'failed') this.#readiness.reject(this.#startFailure(message));
    else if (message.kind === 'ready') {
      this.#silence.end();
      this.#readiness.resolve(message.rehearsed);
    } else if (message.kind === 'done') {
      this.#done = message;
      this.#over.resolve({ ...message.end, ...redactEnd(message.end, this.secrets) });
    }
  }

  /** No samples are kept: their memory goes back to the worker. */
  #takeSamples(samples: SampleBlock): void {
    this.#seen.add(samples);
    this.events.onSamples(this.secrets.redactBlock(samples));
    const buffer = roomOf(samples);
    if (buffer !== undefined && this.#done === undefined)
      this.#worker.postMessage({ kind: 'recycled', buffer } satisfies ToWorker, [buffer]);
  }

  #hasExited(code: number): void {
    this.#silence.end();
    if (this.#done === undefined)
      this.#cause ??= this.#blamed(`the worker thread ended by itself (code ${String(code)})`);
    this.#readiness.reject(this.#failed(this.#cause ?? 'the worker ended before the start'));
    if (this.#cause !== undefined) {
      releaseInFlight(this.order.inFlight.memory, this.index);
      this.#over.resolve({ crash: this.#cause, facts: {}, complaints: [] });
    }
    this.#exited.resolve(undefined);
  }

  #expectTurns(mostSilentSeconds: number): void {
    this.#silence.start(mostSilentSeconds, () => {
      this.#cause ??= this.#blamed(
        `it kept its thread busy for ${String(mostSilentSeconds)} s (an endless loop, or a call that blocks), and was ended`,
      );
      void this.#worker.terminate();
    });
  }

  /** Why it died, without secrets; of a plugin that is not built in, by its name. */
  #blamed(cause: string): string {
    const { foreign } = this.order;
    return this.secrets.hide(foreign === undefined ? cause : `${foreign}: ${cause}`);
  }

  #failed(cause: string): Error {
    if (this.#trouble !== undefined) return new UserError(this.#trouble);
    return this.order.foreign === undefined ? new Error(cause) : new UserError(cause);
  }

  #startFailure({ message, isUserError }: Extract<FromWorker, { kind: 'failed' }>): Error {
    const redacted = this.secrets.hide(message);
    return isUserError ? new UserError(redacted) : new Error(redacted);
  }

  /** Gives every request of the dead worker that has no row a row. */
  #recordCrashed(cause: string): void {
    const { store, window, shard } = this.order;
    const { onSamples } = this.events;
    const [doneMs, stoppedMs] = [this.time.now(), this.time.stoppedMs()];
    const recorder = createRecorder(this.index, onSamples);
    const detail = `worker ${String(this.index)} died: ${cause}`;
    for (const { rows, seq, dueMs, payload, releaseMs = dueMs, invocation } of schedule(store, window, shard)) {
      for (let i = 0; i < rows; i++) {
        const index = seq[i] as number;
        const release = releaseMs[i] as number;
        if (release > stoppedMs || this.#seen.has(index)) continue;
        recorder.record(
          { seq: index, dueMs: dueMs[i] as number, handedMs: NaN, payload: payload[i] as number },
          { ok: false, failure: 'crashed', detail, doneMs },
          invocation && { releaseMs: release, invocation: invocation[i] as number },
        );
      }
    }
    recorder.flush();
  }
}

/** A thread inherits the flags of Node, but refuses to start with those of a program that is a text (`node --input-type=module -e ...`). */
function nodeFlags(ofProcess: readonly string[]): { readonly execArgv?: string[] } {
  return ofProcess.some((flag) => flag.startsWith('--input-type')) ? { execArgv: [] } : {};
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** Its rejection is for the one who waits for it. */
function readiness(): Deferred<Rehearsed> {
  const ready = deferred<Rehearsed>();
  ready.promise.catch(() => undefined);
  return ready;
}

function deferred<T>(): Deferred<T> {
  let [resolve, reject]: [Deferred<T>['resolve'], Deferred<T>['reject']] = [() => undefined, () => undefined];
  const promise = new Promise<T>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  return { promise, resolve, reject };
}
