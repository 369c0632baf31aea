import type { Backend, BackendPlugin } from '../backends/backend.js';
import type { Clock, PacingClock } from '../clock.js';
import type { InFlight } from '../loop/in-flight.js';
import { openBackend, type ClientKind } from '../loop/open-backend.js';
import { createRecorder } from '../loop/recorder.js';
import { replayShard } from '../loop/replay-shard.js';
import { schedule } from '../loop/schedule.js';
import type { KnownSecrets } from '../secrets/known-secrets.js';
import { endBackend, redactEnd } from './end-backend.js';
import type { Member, MemberEnd, MemberEvents, Rehearsed } from './member.js';
import type { WorkerOrder } from './messages.js';
import { probeCapacity } from './probe-capacity.js';
import { clientOf } from './worker-order.js';

/** How time passes for a worker on this thread. */
export interface TimeHere {
  readonly clock: PacingClock;
  /** What the backend sees of it. */
  readonly ofBackend: Omit<ClientKind, 'hide'> & { readonly clock: Clock };
  readonly inFlight: InFlight;
  /** Resolves with what `work` resolves with, and makes time pass for it where that takes somebody. */
  drive<T>(work: Promise<T>): Promise<T>;
}

/** What is done beside the sending, on the run's clock. */
export interface Beside {
  readonly everyMs: number;
  /** Called after everything recorded so far was handed over. */
  readonly look: (nowMs: number) => void;
}

const NOT_REHEARSED: Rehearsed = { elapsedMs: 0, runQueueMs: NaN };

/** A worker on this thread. It never rehearses, and what fails in it ends the run. */
export class InProcessMember implements Member {
  readonly index: number;
  readonly ready: Promise<Rehearsed>;
  readonly done: Promise<MemberEnd>;
  readonly #ends = { stop: new AbortController(), hold: new AbortController() };
  #undeclared: ReadonlySet<string> = new Set();
  #backend: Backend | undefined;
  #resolveStarted: () => void = () => undefined;
  #isStarted = false;

  constructor(
    plugin: BackendPlugin,
    private readonly order: WorkerOrder,
    private readonly time: TimeHere,
    private readonly secrets: KnownSecrets,
    private readonly events: Pick<MemberEvents, 'onSamples'> & { readonly beside?: Beside | undefined },
  ) {
    this.index = order.shard.index;
    const opened = this.#open(plugin);
    const started = new Promise<void>((resolve) => {
      this.#resolveStarted = resolve;
    });
    this.ready = opened.then(() => NOT_REHEARSED);
    this.done = Promise.all([opened, started]).then(([backend]) => this.#run(backend));
    // Their rejections are for those who wait for them.
    for (const promise of [this.ready, this.done]) promise.catch(() => undefined);
  }

  /** A thread that others wait for has no pacing to choose. */
  pace(): void {
    return;
  }

  start(): void {
    this.#isStarted = true;
    this.#resolveStarted();
  }

  hold(): void {
    this.#ends.hold.abort();
  }

  stop(): void {
    this.#ends.hold.abort();
    this.#ends.stop.abort();
  }

  /** This thread cannot watch itself. */
  expectEnd(): void {
    return;
  }

  /** None of its requests is ever without a row: what would lose one ends the run. */
  finish(): void {
    return;
  }

  async close(): Promise<void> {
    await (this.#isStarted ? this.done : this.ready).catch(() => undefined);
    await this.#end();
  }

  async #open(plugin: BackendPlugin): Promise<Backend> {
    const { clock, ...kind } = this.time.ofBackend;
    const backend = await openBackend(plugin, clientOf(this.order), clock, {
      ...kind,
      hide: (secret) => {
        this.secrets.add(secret);
      },
    });
    this.#backend = backend;
    await this.time.drive(Promise.resolve(backend.prepare?.(this.#ends.stop.signal)));
    return backend;
  }

  async #run(backend: Backend): Promise<MemberEnd> {
    const { order, time, events } = this;
    const emit: MemberEvents['onSamples'] = (samples) => {
      events.onSamples(this.secrets.redactBlock(samples));
    };
    const recorder = createRecorder(this.index, emit, [], order.metricNames, order.columns);
    this.#undeclared = recorder.undeclared;
    const over = new AbortController();
    const lookEach = async ({ everyMs, look }: Beside): Promise<void> => {
      for (let dueMs = everyMs; ; dueMs += everyMs) {
        await time.clock.until(dueMs, over.signal);
        if (over.signal.aborted) return;
        recorder.flush();
        look(time.clock.now());
      }
    };
    const everything = async () => {
      const capacity = probeCapacity(backend, time.clock, over.signal);
      if (events.beside !== undefined) void lookEach(events.beside);
      await replayShard({
        schedule: schedule(order.store, order.window, order.shard),
        clock: time.clock,
        backend,
        recorder,
        inFlight: time.inFlight,
        timeoutMs: order.timeoutMs,
        stop: this.#ends.stop.signal,
        hold: this.#ends.hold.signal,
      });
      over.abort();
      return capacity;
    };
    const capacity = await time.drive(everything());
    recorder.flush();
    return { ...(await this.#end()), capacity };
  }

  /** Reads and closes the backend, once. */
  async #end(): Promise<Pick<MemberEnd, 'facts' | 'complaints'>> {
    const backend = this.#backend;
    this.#backend = undefined;
    return backend === undefined
      ? { facts: {}, complaints: [] }
      : redactEnd(await endBackend(backend, this.#undeclared), this.secrets);
  }
}
