import { parentPort, workerData } from 'node:worker_threads';
import type { Backend } from '../backends/backend.js';
import { importPlugin } from '../backends/registry.js';
import { isUserError, messageOf } from '../errors.js';
import { systemTrouble } from '../host/disk-trouble.js';
import { createInFlight } from '../loop/in-flight.js';
import { openBackend } from '../loop/open-backend.js';
import { createRecorder } from '../loop/recorder.js';
import { replayShard, type ShardRun } from '../loop/replay-shard.js';
import { schedule } from '../loop/schedule.js';
import { BLOCK_AGE_MS, buffersOf, type SampleBlock } from '../sample.js';
import { createSystemClock, type SystemClock } from '../time/system-clock.js';
import { createInbox } from './create-inbox.js';
import { endBackend } from './end-backend.js';
import type { Rehearsed } from './member.js';
import type { FromWorker, ToWorker, WorkerOrder } from './messages.js';
import { measureThreadUsage, runQueueWait } from './thread-usage.js';
import { rehearse } from './warm/rehearse.js';
import { watchContention } from './watch-contention.js';
import { watchStops } from './watch-stops.js';
import { clientOf } from './worker-order.js';

/** The thread behind a `ThreadMember`: prepares its backend, waits for the common start, runs the loop, reports what it used. */
if (parentPort !== null) {
  const port = parentPort;
  const say = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void => {
    port.postMessage(message, transfer);
  };
  const [stop, hold] = [new AbortController(), new AbortController()];
  const recycledBuffers: ArrayBuffer[] = [];
  const next = createInbox<Instruction>();
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'ping') {
      say({ kind: 'pong' });
      return;
    }
    if (message.kind === 'recycled') {
      recycledBuffers.push(message.buffer);
      return;
    }
    if (message.kind === 'stop' || message.kind === 'hold') hold.abort();
    if (message.kind === 'hold') return;
    if (message.kind === 'stop') stop.abort();
    next.put(message);
  });
  await work(workerData as WorkerOrder, next.take, { stop: stop.signal, hold: hold.signal, recycledBuffers }, say);
  port.close();
}

/** What a worker that is ready waits for. */
type Instruction = Extract<ToWorker, { kind: 'start' | 'pace' | 'stop' }>;

/** How a run ends early. */
type Ends = Required<Pick<ShardRun, 'stop' | 'hold'>>;

/** What comes from the main thread meanwhile: `recycledBuffers` is the memory of samples that were taken. */
type Meanwhile = Ends & { readonly recycledBuffers: ArrayBuffer[] };

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
    const plugin = await importPlugin(order.pluginUrl);
    backend = await openBackend(plugin, clientOf(order), clock, {
      hide: (secret: unknown) => {
        // By the way that texts take, so that it is known before they come.
        if (typeof secret === 'string') say({ kind: 'secret', secret });
      },
    });
    await backend.prepare?.(meanwhile.stop);
    say({ kind: 'ready', rehearsed: await rehearsed(order, clock, backend, meanwhile, say) });
  } catch (thrown) {
    // Its pacing thread would keep this one alive.
    clock.close();
    const trouble = systemTrouble(thrown);
    say({
      kind: 'failed',
      message: trouble ?? messageOf(thrown),
      isUserError: trouble !== undefined || isUserError(thrown),
    });
    return;
  }
  let instruction = await next();
  let { pacing } = order;
  for (; instruction.kind === 'pace'; instruction = await next()) {
    pacing = instruction.pacing;
    await clock.paceAs(pacing);
    say({ kind: 'ready', rehearsed: await rehearsed(order, clock, backend, meanwhile, say) });
  }
  if (instruction.kind === 'start') {
    clock.startAt(instruction.startMonotonicNs);
    const stopWatching = order.yields && pacing === 'exact' ? yieldWhenContended(clock, say) : undefined;
    await runToTheEnd(order, clock, backend, meanwhile, say);
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

function rehearsed(
  order: WorkerOrder,
  clock: SystemClock,
  backend: Backend,
  { stop, hold }: Ends,
  say: Say,
): Promise<Rehearsed> {
  const { batching, payloadsInTurn } = order.window;
  return rehearse({
    clock,
    backend,
    requests: order.rehearsals,
    batchSize: batching?.size,
    inTurn: payloadsInTurn !== undefined,
    ends: { stop, hold },
    onSamples: (block) => {
      say({ kind: 'rehearsed', block }, buffersOf(block));
    },
  });
}

async function runToTheEnd(
  order: WorkerOrder,
  clock: SystemClock,
  backend: Backend,
  meanwhile: Meanwhile,
  say: Say,
): Promise<void> {
  const usage = measureThreadUsage();
  const stops = watchStops(() => clock.now());
  const undeclared = await run(order, clock, backend, meanwhile, say);
  const resources = usage();
  const found = stops();
  const { facts, complaints } = await endBackend(backend, undeclared);
  clock.close();
  say({ kind: 'done', end: { facts, complaints, resources, stops: found } });
}

async function run(
  order: WorkerOrder,
  clock: SystemClock,
  backend: Backend,
  { recycledBuffers, ...ends }: Meanwhile,
  say: Say,
): Promise<ReadonlySet<string>> {
  const emit = (block: SampleBlock): void => {
    say({ kind: 'block', block }, buffersOf(block));
  };
  const recorder = createRecorder(order.shard.index, emit, recycledBuffers, order.metricNames, order.columns);
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
  return recorder.undeclared;
}
