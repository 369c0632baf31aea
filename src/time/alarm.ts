import { Worker } from 'node:worker_threads';
import { asleepUntilOf, CLOSED_NS, dueOf, pacingMemory, turnOf, type PacingOrder } from './pacing-memory.js';

/** Calls back once, some time after a moment. */
export interface Alarm {
  /** `inMs` from now, above 0. Replaces what was set before, or leaves it where that comes first. */
  set(inMs: number): void;
  /** Resolves when it can ring. */
  readonly ready: Promise<void>;
  close(): void;
}

/** A timer of more rings at once. */
const MOST_MS = 2 ** 31 - 1;

/** The event loop's own timer: whole ms, and up to 2 ms late. It is set `earlyMs` before the moment. */
export function timerAlarm(ring: () => void, earlyMs: number): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let ringsMs = Infinity;
  const rung = (): void => {
    ringsMs = Infinity;
    ring();
  };
  return {
    ready: Promise.resolve(),
    set(inMs) {
      const wholeMs = Math.min(MOST_MS, Math.max(1, Math.floor(inMs - earlyMs)));
      const wantedMs = performance.now() + wholeMs;
      // A timer for each request is garbage, and most are set for the timeout of a call that is answered by then.
      if (ringsMs <= wantedMs) return;
      clearTimeout(timer);
      ringsMs = wantedMs;
      timer = setTimeout(rung, wholeMs);
    },
    close() {
      clearTimeout(timer);
    },
  };
}

const YOUNG_MB = 3;

/** A thread asleep on a futex, which rings by a message, `earlyMs` before the moment. It is mostly set again for `usualMs` later. */
export function threadAlarm(ring: () => void, earlyMs: number, usualMs: number): Alarm {
  const memory = pacingMemory();
  const due = dueOf(memory);
  const turn = turnOf(memory);
  const asleepUntil = asleepUntilOf(memory);
  const thread = new Worker(new URL('./pacing-thread.js', import.meta.url), {
    workerData: { memory, earlyNs: nsOf(earlyMs), napNs: nsOf(usualMs - earlyMs) } satisfies PacingOrder,
    // It leaves some numbers a ms: in the room that threads usually have, memory would grow for a minute.
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    name: 'replay pacing',
  });
  thread.on('message', ring);
  const ready = new Promise<void>((resolve) => {
    thread.once('online', resolve);
  });
  const tell = (dueNs: bigint): void => {
    Atomics.store(due, 0, dueNs);
    Atomics.add(turn, 0, 1);
    // A thread that will look in time anyway is left asleep: waking it costs 10 us.
    if (dueNs < Atomics.load(asleepUntil, 0)) Atomics.notify(turn, 0);
  };
  return {
    ready,
    set(inMs) {
      tell(process.hrtime.bigint() + nsOf(inMs));
    },
    close() {
      tell(CLOSED_NS);
    },
  };
}

function nsOf(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}
