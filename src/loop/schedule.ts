import { ARRIVAL_CHUNK, readArrivals } from '../trace-file/arrival-store.js';
import type { Batching } from '../run.js';
import type { ArrivalChunk, ArrivalStore, Trace } from '../trace.js';
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
 * together send the same requests, in the same batches, at the same times. A chunk that is not batched is to be read
 * before the next is asked for, which lies in the same memory.
 */
export function schedule(store: ArrivalStore, window: Window, shard: Shard): Iterable<Schedule> {
  if (window.batching === undefined) return requests(store, window, shard);
  return formBatches(requests(store, window, { index: 0, of: 1 }), window.batching, shard);
}

function* requests(
  store: ArrivalStore,
  { fromMs, toMs, speed, payloadsInTurn }: Window,
  shard: Shard,
): Iterable<Schedule> {
  // An object of its own: those given come from this thread or another, and code compiled for the one is undone by the other.
  const cut: Cut = { fromMs, toMs, speed, inTurn: payloadsInTurn ?? 0, index: shard.index, of: shard.of };
  const room = emptyChunk(Math.ceil(ARRIVAL_CHUNK / shard.of));
  let first = 0;
  for (const arrivals of readArrivals(store)) {
    if ((arrivals.atMs[0] ?? Infinity) >= cut.toMs) return;
    const chunk = chunkOf(arrivals, first, cut, room);
    first += arrivals.atMs.length;
    if (chunk.rows > 0) yield chunk;
  }
}

/** `inTurn`: 0, each arrival names its payload. */
type Cut = Readonly<Record<'fromMs' | 'toMs' | 'speed' | 'inTurn' | 'index' | 'of', number>>;

/** The requests of a shard among arrivals of which the first is request `first` of the trace; in `chunk`. */
function chunkOf({ atMs, payload }: ArrivalChunk, first: number, cut: Cut, chunk: Room): Schedule {
  const { fromMs, toMs, speed, inTurn, index, of } = cut;
  let rows = 0;
  for (let i = (((index - first) % of) + of) % of; i < atMs.length; i += of) {
    const at = atMs[i] as number;
    if (at < fromMs || at >= toMs) continue;
    chunk.seq[rows] = first + i;
    chunk.dueMs[rows] = (at - fromMs) / speed;
    chunk.payload[rows] = inTurn === 0 ? (payload?.[i] ?? 0) : (first + i) % inTurn;
    rows++;
  }
  return scheduleChunk(rows, chunk);
}

type Room = Pick<Schedule, 'seq' | 'dueMs' | 'payload'>;

function emptyChunk(rows: number): Room {
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
