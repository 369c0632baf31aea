import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { messageOf, UserError } from '../errors.js';
import { roomOf, type SampleBlock } from '../sample.js';
import type { UsedPacing } from '../time/choose-senders.js';
import { tellableEnd } from './end-backend.js';
import { releaseInFlight } from '../loop/in-flight.js';
import { type Breather, inSlices } from './in-slices.js';
import type { FromWorker, Rehearsed, ToWorker, WorkerOrder, WorkerResources } from './messages.js';
import { createRecorder } from '../loop/recorder.js';
import { RowsSeen } from './rows-seen.js';
import { schedule } from '../loop/schedule.js';
import { SilenceWatch } from './silence-watch.js';
import type { KnownSecrets } from '../secrets/known-secrets.js';
import type { Stretch } from './watch-stops.js';

export interface FleetEnd {
  /** False: it was stopped before the start; nothing was sent. */
  readonly started: boolean;
  readonly crashes: readonly { readonly worker: number; readonly cause: string }[];
  readonly facts: readonly Readonly<Record<string, string | number | boolean>>[];
  /** What failed when backends ended; sentences. */
  readonly complaints: readonly string[];
  readonly resources: readonly WorkerResources[];
  /** When each worker that lived to the end was stopped. */
  readonly stops: readonly (readonly Stretch[])[];
}

export interface Fleet {
  readonly orders: readonly WorkerOrder[];
  /** Those that workers name are added. */
  readonly secrets: KnownSecrets;
  /** As it comes, once. */
  readonly onBlock: (block: SampleBlock) => void;
  /** The same rows once more, in slices, a little later. No block is kept: its memory goes back to the worker. */
  readonly onSlice: (slice: SampleBlock) => void;
  /** Lets spinning workers have the CPU; absent: there are none. */
  readonly breather?: Breather | undefined;
  /** Samples of the rehearsals, before the start: made up, but of the same kind. */
  readonly onRehearsed: (block: SampleBlock) => void;
  /** A worker stopped spinning in the run, after it had waited for its CPU for this share of the time. */
  readonly onYielded: (waitedShare: number) => void;
  /** What the rehearsals showed; returns another pacing, with which they are repeated, or undefined. Asked once. */
  readonly repace: (rehearsed: readonly Rehearsed[]) => UsedPacing | undefined;
  /** Called once, when all workers have been told to start, with due 0 on CLOCK_MONOTONIC. What it throws stops them. */
  readonly onStart: (startMonotonicNs: bigint) => void;
  /** Ms since due 0. */
  readonly now: () => number;
  readonly stop: AbortSignal;
  /** Aborted, at the latest with `stop`: nothing more is sent, what is open goes on. */
  readonly hold: AbortSignal;
  /** When a stop was asked for; Infinity: it was not. What was due later is unsent, not crashed. */
  readonly stoppedMs: () => number;
  /** When the last request is over in a run that keeps its schedule, ms since due 0; absent: unknown. */
  readonly lastDoneMs?: number;
}

/** From the moment every worker is ready to due 0: the message must reach them all. */
const LEAD_MS = 100;
/** What a timer takes at most: 24 days. */
const MOST_TIMER_MS = 2 ** 31 - 1;

/**
 * Young objects get this much room from the start, and no more: a space that grows meanwhile is collected for 5 ms at a
 * time, a larger one for longer, a smaller one too often.
 */
const SEMI_SPACE_MB = 8;

/** How long a worker may take to end once it was told to. */
const PATIENCE_MS = 10_000;
/** How long a thread may live on after its worker is done: a plugin may have left a timer or a socket behind. */
const LINGER_MS = 1000;
/** For so many seconds a worker that gets ready may keep its thread from turning, where its plugin is not ours. */
const READY_SILENCE_S = 60;
/** The same at the end of a run: after a stop, and after the last request. */
const END_SILENCE_S = 8;

/**
 * Runs one thread per order: waits until all are ready, starts them together, takes their blocks. A worker that dies
 * costs its own requests, which are recorded as `crashed`; the others go on. Throws what kept a worker from getting ready.
 */
export async function runFleet(fleet: Fleet): Promise<FleetEnd> {
  const members = fleet.orders.map((order) => new Member(order, fleet));
  const stopAll = (): void => {
    for (const member of members) {
      member.stop();
      member.expectEnd();
    }
  };
  const holdAll = (): void => {
    for (const member of members) member.tell({ kind: 'hold' });
  };
  fleet.stop.addEventListener('abort', stopAll, { once: true });
  fleet.hold.addEventListener('abort', holdAll, { once: true });
  try {
    const started = (await allReady(members, fleet.stop)) && (await repaced(members, fleet));
    if (started) {
      const startMonotonicNs = process.hrtime.bigint() + BigInt(LEAD_MS * 1e6);
      // First of all: what is done at the start may wait for a disk for longer than the lead.
      for (const member of members) member.tell({ kind: 'start', startMonotonicNs });
      fleet.onStart(startMonotonicNs);
      const watching = setTimeout(
        () => {
          for (const member of members) member.expectEnd();
        },
        Math.min((fleet.lastDoneMs ?? Infinity) + LEAD_MS, MOST_TIMER_MS),
      );
      await Promise.all(members.map((member) => member.ended));
      clearTimeout(watching);
      await Promise.all(members.map((member) => member.finish()));
    }
    return { started, ...summary(members) };
  } finally {
    fleet.stop.removeEventListener('abort', stopAll);
    fleet.hold.removeEventListener('abort', holdAll);
    stopAll();
    await Promise.all(members.map((member) => member.terminate()));
  }
}

/** Has all workers keep the schedule in another way where one is better; whether nobody stopped them meanwhile. */
async function repaced(members: readonly Member[], { repace, stop }: Fleet): Promise<boolean> {
  const pacing = repace(members.flatMap(({ rehearsed }) => (rehearsed === undefined ? [] : [rehearsed])));
  if (pacing === undefined) return true;
  for (const member of members) member.pace(pacing);
  return allReady(members, stop);
}

async function allReady(members: readonly Member[], stop: AbortSignal): Promise<boolean> {
  const stopped = new Promise<false>((resolve) => {
    stop.addEventListener(
      'abort',
      () => {
        resolve(false);
      },
      { once: true },
    );
  });
  if (stop.aborted) return false;
  return Promise.race([Promise.all(members.map((member) => member.ready)).then(() => true), stopped]);
}

function summary(members: readonly Member[]): Omit<FleetEnd, 'started'> {
  return {
    crashes: members.flatMap(({ order, cause }) => (cause === undefined ? [] : [{ worker: order.shard.index, cause }])),
    facts: members.flatMap(({ done }) => (done === undefined ? [] : [done.facts])),
    complaints: members.flatMap(({ done }) => done?.complaints ?? []),
    resources: members.flatMap(({ done }) => (done === undefined ? [] : [done.resources])),
    stops: members.flatMap(({ done }) => (done === undefined ? [] : [done.stops])),
  };
}

/** One worker thread as the main thread sees it. */
class Member {
  ready: Promise<void>;
  /** Of its last rehearsal. */
  rehearsed: Rehearsed | undefined;
  /** Resolves when the worker is done or dead. */
  readonly ended: Promise<void>;
  /** Resolves when its thread has ended. */
  readonly #exited: Promise<void>;
  /** Whether its thread turns; watched while it gets ready and at its end. */
  readonly #silence = new SilenceWatch(() => {
    this.tell({ kind: 'ping' });
  });
  done: Extract<FromWorker, { kind: 'done' }> | undefined;
  /** Why it died, when it did. */
  cause: string | undefined;
  readonly #worker: Worker;
  readonly #seen: RowsSeen;
  readonly #slicing: (block: SampleBlock) => Promise<void>;
  #readiness = deferred();
  /** Resolves when every block so far was taken, for they are taken in turn. */
  #taken = Promise.resolve();

  constructor(
    readonly order: WorkerOrder,
    private readonly fleet: Pick<
      Fleet,
      'secrets' | 'onBlock' | 'onSlice' | 'breather' | 'onRehearsed' | 'onYielded' | 'now' | 'stoppedMs'
    >,
  ) {
    setFlagsFromString(`--min-semi-space-size=${String(SEMI_SPACE_MB)}`);
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: order,
      resourceLimits: { maxYoungGenerationSizeMb: 3 * SEMI_SPACE_MB },
      // What a plugin prints is no part of the report on standard output.
      stdout: true,
      name: `replay worker ${String(order.shard.index)}`,
    });
    this.#worker.stdout.on('data', (bytes: Buffer) => {
      process.stderr.write(bytes);
    });
    const { promise: ended, resolve: hasEnded } = deferred();
    const { promise: exited, resolve: hasExited } = deferred();
    this.#exited = exited;
    this.ready = this.#untilReady();
    this.ended = ended;
    this.#seen = new RowsSeen(order, order.store.count);
    this.#slicing = inSlices((slice) => {
      this.#seen.add(slice);
      fleet.onSlice(slice);
    }, fleet.breather);
    if (order.foreign !== undefined)
      this.#silence.start(READY_SILENCE_S, () => {
        this.#isStuck(READY_SILENCE_S);
      });
    this.#worker.on('message', (message: FromWorker) => {
      this.#silence.heard();
      if (message.kind === 'pong') return;
      if (message.kind === 'secret') {
        fleet.secrets.add(message.secret);
        return;
      }
      if (message.kind === 'ready') {
        this.#silence.end();
        this.rehearsed = message.rehearsed;
        this.#readiness.resolve();
      } else if (message.kind === 'block') this.#take(message.block);
      else if (message.kind === 'rehearsed') this.fleet.onRehearsed(message.block);
      else if (message.kind === 'yielded') this.fleet.onYielded(message.waitedShare);
      else if (message.kind === 'done') {
        this.done = { ...message, ...tellableEnd(message, fleet.secrets) };
        hasEnded();
      } else this.#readiness.reject(startFailure(message, fleet.secrets));
    });
    this.#worker.on('error', (thrown) => {
      if (this.done === undefined) this.cause ??= this.#blamed(messageOf(thrown));
    });
    this.#worker.on('exit', (code) => {
      this.#silence.end();
      if (this.done === undefined)
        this.cause ??= this.#blamed(`the worker thread ended by itself (code ${String(code)})`);
      this.#readiness.reject(this.#failed(this.cause ?? 'the worker ended before the start'));
      if (this.cause !== undefined) releaseInFlight(order.inFlight.memory, order.shard.index);
      hasExited();
      hasEnded();
    });
  }

  /** Why it died, without secrets; of a plugin that is not ours, by its name. */
  #blamed(cause: string): string {
    const { foreign } = this.order;
    return this.fleet.secrets.hide(foreign === undefined ? cause : `${foreign}: ${cause}`);
  }

  #failed(cause: string): Error {
    return this.order.foreign === undefined ? new Error(cause) : new UserError(cause);
  }

  /** From now on it is to come to its end: a thread that does not turn any more is ended. */
  expectEnd(): void {
    if (this.done !== undefined || this.cause !== undefined) return;
    this.#silence.start(END_SILENCE_S, () => {
      this.#isStuck(END_SILENCE_S);
    });
  }

  #isStuck(seconds: number): void {
    this.cause ??= this.#blamed(
      `it kept its thread busy for ${String(seconds)} s (an endless loop, or a call that blocks), and was ended`,
    );
    void this.#worker.terminate();
  }

  #untilReady(): Promise<void> {
    this.#readiness = deferred();
    // Whoever waits for it hears of it.
    this.#readiness.promise.catch(() => undefined);
    return this.#readiness.promise;
  }

  /** It rehearses once more, and is ready again. */
  pace(pacing: UsedPacing): void {
    this.ready = this.#untilReady();
    if (this.cause === undefined) this.tell({ kind: 'pace', pacing });
    else this.#readiness.reject(this.#failed(this.cause));
  }

  tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  stop(): void {
    this.tell({ kind: 'stop' });
  }

  /** Asks first: a thread killed while its model loads or runs takes the whole process down. */
  async terminate(): Promise<void> {
    let patience: NodeJS.Timeout | undefined;
    const outOfPatience = new Promise<void>((resolve) => {
      patience = setTimeout(resolve, this.done === undefined ? PATIENCE_MS : LINGER_MS);
    });
    await Promise.race([this.#exited, outOfPatience]);
    clearTimeout(patience);
    await this.#worker.terminate();
  }

  #take(raw: SampleBlock): void {
    const block = this.fleet.secrets.tellable(raw);
    this.fleet.onBlock(block);
    this.#taken = this.#slicing(block).then(() => {
      const room = roomOf(block);
      if (room !== undefined && this.done === undefined) this.#worker.postMessage({ kind: 'room', room }, [room]);
    });
  }

  /** After its end: all rows are taken, and those it left out when it died are made up. */
  async finish(): Promise<void> {
    const endedMs = this.fleet.now();
    await this.#taken;
    if (this.cause !== undefined) this.#recordCrashed(endedMs, this.fleet.stoppedMs());
  }

  /** Gives every request of the dead worker that has no row a row. */
  #recordCrashed(nowMs: number, stoppedMs: number): void {
    const { store, window, shard } = this.order;
    const recorder = createRecorder(shard.index, (block) => {
      this.fleet.onBlock(block);
      this.fleet.onSlice(block);
    });
    const detail = `worker ${String(shard.index)} died: ${this.cause ?? ''}`;
    for (const { rows, seq, dueMs, payload, releaseMs = dueMs, invocation } of schedule(store, window, shard)) {
      for (let i = 0; i < rows; i++) {
        const index = seq[i] as number;
        const release = releaseMs[i] as number;
        if (release > stoppedMs || this.#seen.has(index)) continue;
        recorder.record(
          { seq: index, dueMs: dueMs[i] as number, handedMs: NaN, payload: payload[i] as number },
          { ok: false, failure: 'crashed', detail, doneMs: nowMs },
          invocation && { releaseMs: release, invocation: invocation[i] as number },
        );
      }
    }
    recorder.flush();
  }
}

function startFailure({ message, mendable }: Extract<FromWorker, { kind: 'failed' }>, secrets: KnownSecrets): Error {
  const told = secrets.hide(message);
  return mendable ? new UserError(told) : new Error(told);
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
