import type { Outcome } from '../../sample.js';
import { EventHeap } from '../../systems/event-heap.js';
import { PURPOSE, uniformAt } from '../../systems/uniform-at.js';
import type { Backend, BackendContext, Call } from '../backend.js';

/** How a queue serves. */
export interface QueueOptions {
  /** Parallel servers; Infinity: no one ever queues. */
  readonly servers: number;
  /** Mean service time. */
  readonly serviceMs: number;
  /** Added for each request of a call. */
  readonly perItemMs: number;
  readonly law: 'constant' | 'exponential' | 'lognormal';
  /** Coefficient of variation of the lognormal law. */
  readonly cv: number;
  /** How many may wait for a server; beyond, a request is refused as `throttled`. */
  readonly queueLimit: number;
  /** Share of the requests that fail, after their service, as `server-error`. */
  readonly failureRatio: number;
}

/**
 * A queue with c servers (G/G/c/K, first come first served). Each request's own draws are a function of the seed and its
 * index in the trace, so that they do not depend on threads or on what else happens.
 */
export function serveQueue(options: QueueOptions, { clock, seed }: BackendContext): Backend {
  const servers = createServers(options.servers);
  // What is due at the same moment is sent first, so that no order of equal moments changes who finds a place in flight.
  const settle = (call: Call, outcome: Outcome): void => {
    clock.at(outcome.doneMs ?? clock.now(), () => {
      call.settle(outcome);
    });
  };
  const serve = (call: Call, requests: number): 'settles' => {
    const arrivedMs = call.handedMs;
    if (servers.waitingAt(arrivedMs) > options.queueLimit - (servers.anyFreeAt(arrivedMs) ? 0 : 1)) {
      settle(call, refusedAt(arrivedMs, options.queueLimit));
      return 'settles';
    }
    const serverMs = serviceTimeMs(options, seed, call.seq) + requests * options.perItemMs;
    const dueMs = servers.serve(arrivedMs, serverMs);
    clock.at(dueMs, () => {
      const times = { sentMs: arrivedMs, doneMs: clock.now(), doneEarliestMs: dueMs, serverMs };
      if (uniformAt(seed, call.seq, PURPOSE.failure) < options.failureRatio)
        settle(call, { ok: false, failure: 'server-error', detail: 'simulated failure', ...times });
      else settle(call, { ok: true, ...times });
    });
    return 'settles';
  };
  return {
    invoke: (call) => serve(call, 1),
    invokeBatch: (call) => serve(call, call.payloads.length),
  };
}

function refusedAt(atMs: number, queueLimit: number): Outcome {
  const detail = `queue limit of ${String(queueLimit)} reached`;
  return { ok: false, failure: 'throttled', detail, sentMs: atMs, doneMs: atMs, doneEarliestMs: atMs };
}

interface Servers {
  anyFreeAt(nowMs: number): boolean;
  /** How many have arrived and not begun. */
  waitingAt(nowMs: number): number;
  /** Takes the server that is free first; returns when it will be done. */
  serve(nowMs: number, serverMs: number): number;
}

/** First come first served means that a request's start is known on arrival: the earliest moment a server is free. */
function createServers(count: number): Servers {
  if (count === Infinity)
    return { anyFreeAt: () => true, waitingAt: () => 0, serve: (nowMs, serverMs) => nowMs + serverMs };
  /** When those that have served will be free. */
  const freeMs = new EventHeap();
  const firstFreeMs = (): number => (freeMs.size < count ? -Infinity : freeMs.nextMs);
  /** Starts ahead; none is before the one before it. */
  let startsMs: number[] = [];
  let begun = 0;
  return {
    anyFreeAt: (nowMs) => firstFreeMs() <= nowMs,
    waitingAt(nowMs) {
      while (begun < startsMs.length && (startsMs[begun] as number) <= nowMs) begun++;
      if (2 * begun > startsMs.length) [startsMs, begun] = [startsMs.slice(begun), 0];
      return startsMs.length - begun;
    },
    serve(nowMs, serverMs) {
      const startMs = Math.max(nowMs, firstFreeMs());
      if (freeMs.size === count) freeMs.pop();
      freeMs.push(startMs + serverMs, 0);
      if (startMs > nowMs) startsMs.push(startMs);
      return startMs + serverMs;
    },
  };
}

function serviceTimeMs({ law, serviceMs, cv }: QueueOptions, seed: number, seq: number): number {
  const u = uniformAt(seed, seq, 0);
  if (law === 'exponential') return -Math.log(u) * serviceMs;
  if (law === 'lognormal') {
    // Mean m and coefficient of variation c: sigma^2 = ln(1 + c^2), mu = ln m - sigma^2 / 2. The normal is Box-Muller's.
    const variance = Math.log(1 + cv * cv);
    const normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * uniformAt(seed, seq, 1));
    return Math.exp(Math.log(serviceMs) - variance / 2 + Math.sqrt(variance) * normal);
  }
  return serviceMs;
}
