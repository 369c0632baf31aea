import { readArrivals } from '../arrival-store.js';
import type { Batching } from '../run.js';
import type { ArrivalStore, Trace } from '../trace.js';
import { formBatches } from './form-batches.js';
import { scheduleChunk, type Schedule, type Shard } from './schedule-chunk.js';

export type { Schedule, Shard } from './schedule-chunk.js';

/** Which part of a trace is replayed, how fast, with which payloads and in which batches. Times of the trace, ms; `toMs` is exclusive. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  /** 2 plays the trace in half its time. */
  readonly speed: number;
  /** Request `seq` sends payload `seq` modulo this; absent: the one its arrival names. */
  readonly payloadsInTurn?: number;
  /** Absent: each request is an invocation of its own. */
  readonly batching?: Batching;
}

/**
 * The schedule of one shard as a stream of chunks. It depends on the trace and the window alone: any number of shards
 * together send the same requests, in the same batches, at the same times.
 */
export function schedule(store: ArrivalStore, window: Window, shard: Shard): Iterable<Schedule> {
  if (window.batching === undefined) return requests(store, window, shard);
  return formBatches(requests(store, window, { index: 0, of: 1 }), window.batching, shard);
}

function* requests(store: ArrivalStore, window: Window, shard: Shard): Iterable<Schedule> {
  let first = 0;
  const inTurn = window.payloadsInTurn;
  for (const { atMs, payload } of readArrivals(store)) {
    if ((atMs[0] ?? Infinity) >= window.toMs) return;
    const chunk = emptyChunk(Math.ceil(atMs.length / shard.of));
    let rows = 0;
    for (let i = (((shard.index - first) % shard.of) + shard.of) % shard.of; i < atMs.length; i += shard.of) {
      const at = atMs[i] as number;
      if (at < window.fromMs || at >= window.toMs) continue;
      chunk.seq[rows] = first + i;
      chunk.dueMs[rows] = (at - window.fromMs) / window.speed;
      chunk.payload[rows] = inTurn === undefined ? (payload?.[i] ?? 0) : (first + i) % inTurn;
      rows++;
    }
    first += atMs.length;
    if (rows > 0) yield scheduleChunk(rows, chunk);
  }
}

function emptyChunk(rows: number): Omit<Schedule, 'rows'> {
  return { seq: new Uint32Array(rows), dueMs: new Float64Array(rows), payload: new Uint32Array(rows) };
}

/** The window clipped to the trace; its length on the run's clock is (toMs - fromMs) / speed. The last arrival stays inside an open end. */
export function clipWindow(trace: Trace, fromMs = 0, toMs = Infinity, speed = 1, batching?: Batching): Window {
  const openEnd = toMs > trace.durationMs;
  const inTurn = trace.payloadsInTurn === true && trace.payloads.length > 0;
  return {
    fromMs,
    toMs: openEnd ? Infinity : toMs,
    speed,
    ...(inTurn ? { payloadsInTurn: trace.payloads.length } : {}),
    ...(batching === undefined ? {} : { batching }),
  };
}
