import { parentPort, workerData } from 'node:worker_threads';
import type { Backend } from '../backends/backend.js';
import { importPlugin } from '../backends/registry.js';
import { isUserError, messageOf } from '../errors.js';
import { BLOCK_AGE_MS, buffersOf, type SampleBlock } from '../sample.js';
import { collectGarbage, collectYoung } from './warm/collect-garbage.js';
import { checkInvokeBatch } from '../loop/check-invoke-batch.js';
import { endBackend } from './end-backend.js';
import { createInFlight } from '../loop/in-flight.js';
import { createInbox } from './create-inbox.js';
import type { FromWorker, Rehearsed, ToWorker, WorkerOrder } from './messages.js';
import { createRecorder } from '../loop/recorder.js';
import { replayShard, type ShardRun } from '../loop/replay-shard.js';
import { schedule } from '../loop/schedule.js';
import { createSystemClock, type SystemClock } from '../time/system-clock.js';
import { measureThreadUsage, runQueueWait } from './thread-usage.js';
import { warmLoop } from './warm/warm-loop.js';
import { watchContention } from './watch-contention.js';
import { watchStops } from './watch-stops.js';

/** What is compiled for one stand-in alone is thrown away when the run brings another: of two it knows that they differ. */
const LEAST_REHEARSALS = 2;
/** What is not compiled in the rehearsal stays slow with exact pacing (`compile-less.ts`), and is compiled beside the first requests else. */
const MOST_REHEARSALS = 5;
/** As long as a rehearsal costs at most this part of the cheapest before, more of it is being compiled. */
const STILL_FALLING = 0.9;

/** One thread of a run: prepares its backend, waits for the common start, runs the loop, says what it used. */
if (parentPort !== null) {
  const port = parentPort;
  const say = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void => {
    port.postMessage(message, transfer);
  };
  const [stop, hold] = [new AbortController(), new AbortController()];
  const rooms: ArrayBuffer[] = [];
  const next = createInbox<Instruction>();
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'ping') {
      say({ kind: 'pong' });
      return;
    }
    if (message.kind === 'room') {
      rooms.push(message.room);
      return;
    }
    if (message.kind === 'stop' || message.kind === 'hold') hold.abort();
    if (message.kind === 'hold') return;
    if (message.kind === 'stop') stop.abort();
    next.put(message);
  });
  await work(workerData as WorkerOrder, next.take, { stop: stop.signal, hold: hold.signal, rooms }, say);
  port.close();
}

/** What a worker that is ready waits for. */
type Instruction = Extract<ToWorker, { kind: 'start' | 'pace' | 'stop' }>;

/** How a run ends early. */
type Ends = Required<Pick<ShardRun, 'stop' | 'hold'>>;

/** What comes from the main thread meanwhile: `rooms` is memory of blocks that were taken. */
type Meanwhile = Ends & { readonly rooms: ArrayBuffer[] };

type Say = (message: FromWorker, transfer?: readonly ArrayBuffer[]) => void;

async function work(
  order: WorkerOrder,
  next: () => Promise<Instruction>,
  meanwhile: Meanwhile,
  say: Say,
): Promise<void> {
  const clock = createSystemClock(order.pacing);
  let backend: Backend;
  try {
    backend = await openBackend(order, clock, meanwhile, say);
    say({ kind: 'ready', rehearsed: await rehearse(order, clock, backend, meanwhile, say) });
  } catch (thrown) {
    // Its pacing thread would keep this one alive.
    clock.close();
    say({ kind: 'failed', message: messageOf(thrown), mendable: isUserError(thrown) });
    return;
  }
  let told = await next();
  let { pacing } = order;
  for (; told.kind === 'pace'; told = await next()) {
    pacing = told.pacing;
    await clock.paceAs(pacing);
    say({ kind: 'ready', rehearsed: await rehearse(order, clock, backend, meanwhile, say) });
  }
  if (told.kind === 'start') {
    clock.startAt(told.startMonotonicNs);
    const stopWatching = order.yields && pacing === 'exact' ? yieldWhenContended(clock, say) : undefined;
    await runAndTell(order, clock, backend, meanwhile, say);
    stopWatching?.();
  } else {
    await backend.close?.();
    clock.close();
  }
}

/** Has the clock sleep, from when others need this thread's CPU. */
function yieldWhenContended(clock: SystemClock, say: Say): () => void {
  return watchContention(runQueueWait(), (waitedShare) => {
    void clock.paceAs('economic').then(() => {
      say({ kind: 'yielded', waitedShare });
    });
  });
}

async function runAndTell(
  order: WorkerOrder,
  clock: SystemClock,
  backend: Backend,
  meanwhile: Meanwhile,
  say: Say,
): Promise<void> {
  const usage = measureThreadUsage();
  const stops = watchStops(() => clock.now());
  await run(order, clock, backend, meanwhile, say);
  const resources = usage();
  const found = stops();
  const end = await endBackend(backend);
  clock.close();
  say({ kind: 'done', ...end, resources, stops: found });
}

async function openBackend(order: WorkerOrder, clock: SystemClock, { stop }: Ends, say: Say): Promise<Backend> {
  const { batching } = order.window;
  const plugin = await importPlugin(order.pluginUrl);
  const backend = await plugin.create(order.options, {
    clock,
    payloads: order.payloads,
    worker: order.shard.index,
    workers: order.shard.of,
    runId: order.runId,
    seed: order.seed,
    virtual: false,
    timeoutMs: order.timeoutMs,
    hide: (secret) => {
      // By the way that texts take, so that it is known before they come.
      say({ kind: 'secret', secret: String(secret) });
    },
    ...(batching === undefined ? {} : { batchSize: batching.size }),
  });
  if (batching !== undefined) checkInvokeBatch(plugin.name, backend);
  await backend.prepare?.(stop);
  return backend;
}

/** Compiles what the run will do, and shows how much of its time this thread is let run. */
async function rehearse(
  order: WorkerOrder,
  clock: SystemClock,
  backend: Backend,
  { stop, hold }: Ends,
  say: Say,
): Promise<Rehearsed> {
  const { batching, payloadsInTurn } = order.window;
  const onBlock = (block: SampleBlock): void => {
    say({ kind: 'rehearsed', block }, buffersOf(block));
  };
  // Not after the rehearsal: code compiled for kinds of objects of which none is left would go, too.
  collectGarbage();
  const inTurn = payloadsInTurn !== undefined;
  const rehearsal = { clock, batchSize: batching?.size, inTurn, ends: { stop, hold }, onBlock };
  let rehearsed: Rehearsed = { elapsedMs: 0, runQueueMs: NaN };
  let [cheapestMs, falling] = [Infinity, true];
  for (let i = 0; i < LEAST_REHEARSALS || (falling && i < MOST_REHEARSALS); i++) {
    const standIn = await backend.rehearse?.(stop);
    const requests = Math.ceil(order.rehearsals / LEAST_REHEARSALS);
    const usage = measureThreadUsage();
    const costMs = await warmLoop({ ...rehearsal, requests, standIn });
    rehearsed = usage();
    await standIn?.close?.();
    falling = costMs <= STILL_FALLING * cheapestMs && !stop.aborted;
    cheapestMs = Math.min(cheapestMs, costMs);
  }
  collectYoung();
  return rehearsed;
}

async function run(
  order: WorkerOrder,
  clock: SystemClock,
  backend: Backend,
  { rooms, ...ends }: Meanwhile,
  say: Say,
): Promise<void> {
  const emit = (block: SampleBlock): void => {
    say({ kind: 'block', block }, buffersOf(block));
  };
  const recorder = createRecorder(order.shard.index, emit, rooms, order.metricNames);
  const flusher = setInterval(() => {
    recorder.flush();
  }, BLOCK_AGE_MS);
  await replayShard({
    schedule: schedule(order.store, order.window, order.shard),
    clock,
    backend,
    recorder,
    inFlight: createInFlight(order.inFlight.memory, order.shard.index, order.inFlight.limit),
    timeoutMs: order.timeoutMs,
    ...ends,
  });
  clearInterval(flusher);
  recorder.flush();
}
