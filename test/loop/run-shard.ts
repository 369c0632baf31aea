import type { Backend, Call } from '#src/backends/backend';
import { countInFlight, createInFlight, inFlightMemory } from '#src/loop/in-flight';
import { createRecorder } from '#src/loop/recorder';
import { replayShard } from '#src/loop/replay-shard';
import type { Schedule } from '#src/loop/schedule';
import { createVirtualClock, type VirtualClock } from '#src/time/virtual-clock';
import type { Outcome, SampleBlock } from '#src/sample';
import { type Row, rowsOf } from '#src/testing/rows-of';

/** What the loop recorded of one request, with what only some tests look at. */
export interface ShardRow extends Row {
  readonly handshakeMs: number;
  readonly serverMs: number;
  readonly coldStart: number;
}

export interface Load {
  readonly dueMs: readonly number[];
  /** What the service does with a call. `clock` is the run's. */
  readonly invoke: (call: Call, clock: VirtualClock) => Promise<Outcome>;
  readonly timeoutMs?: number;
  readonly limit?: number;
  readonly stopMs?: number;
  /** Nothing more is sent from then on. */
  readonly holdMs?: number;
  /** Rows in each chunk of the schedule. */
  readonly chunk?: number;
}

export interface Ran {
  /** In the order of `seq`. */
  readonly rows: readonly ShardRow[];
  readonly endedMs: number;
  /** Places still taken at the end. */
  readonly inFlight: number;
}

/** The real loop, one shard, in virtual time, against a service written in the test. */
export async function runShard(load: Load): Promise<Ran> {
  const clock = createVirtualClock();
  const rows: ShardRow[] = [];
  const recorder = createRecorder(0, (block) => rows.push(...shardRowsOf(block)));
  const memory = inFlightMemory(1);
  const stop = new AbortController();
  if (load.stopMs !== undefined)
    void clock.until(load.stopMs).then(() => {
      stop.abort();
    });
  const hold = new AbortController();
  const endSending = (): void => {
    hold.abort();
  };
  stop.signal.addEventListener('abort', endSending);
  if (load.holdMs !== undefined) void clock.until(load.holdMs).then(endSending);
  const backend: Backend = { invoke: (call) => load.invoke(call, clock) };
  await clock.drive(
    replayShard({
      schedule: chunksOf(load.dueMs, load.chunk ?? 7),
      clock,
      backend,
      recorder,
      inFlight: createInFlight(memory, 0, load.limit ?? 1e6),
      timeoutMs: load.timeoutMs ?? 1000,
      stop: stop.signal,
      hold: hold.signal,
    }),
  );
  recorder.flush();
  const endedMs = clock.now();
  return { rows: rows.sort((a, b) => a.seq - b.seq), endedMs, inFlight: countInFlight(memory) };
}

function* chunksOf(all: readonly number[], chunk: number): Iterable<Schedule> {
  for (let first = 0; first < all.length; first += chunk) {
    const dueMs = Float64Array.from(all.slice(first, first + chunk));
    const rows = dueMs.length;
    yield { rows, dueMs, seq: Uint32Array.from({ length: rows }, (_, i) => first + i), payload: new Uint32Array(rows) };
  }
}

export function shardRowsOf(block: SampleBlock): ShardRow[] {
  return rowsOf(block).map((row, i) => ({
    ...row,
    handshakeMs: block.handshakeMs[i] as number,
    serverMs: block.serverMs[i] as number,
    coldStart: block.coldStart[i] as number,
  }));
}
