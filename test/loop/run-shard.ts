import type { Backend, Call } from '#src/backends/backend';
import { countInFlight, createInFlight, inFlightMemory } from '#src/loop/in-flight';
import { createRecorder } from '#src/loop/recorder';
import { replayShard } from '#src/loop/replay-shard';
import type { Schedule } from '#src/loop/schedule';
import { createVirtualClock, type VirtualClock } from '#src/time/virtual-clock';
import { OUTCOMES, type Outcome, type SampleBlock } from '#src/sample';

export interface Row {
  readonly seq: number;
  readonly dueMs: number;
  readonly handedMs: number;
  readonly sentMs: number;
  readonly doneEarliestMs: number;
  readonly doneMs: number;
  readonly handshakeMs: number;
  readonly serverMs: number;
  readonly coldStart: number;
  readonly outcome: (typeof OUTCOMES)[number];
  readonly detail: string;
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
  readonly rows: readonly Row[];
  readonly endedMs: number;
  /** Places still taken at the end. */
  readonly inFlight: number;
}

/** The real loop, one shard, in virtual time, against a service written in the test. */
export async function runShard(load: Load): Promise<Ran> {
  const clock = createVirtualClock();
  const rows: Row[] = [];
  const recorder = createRecorder(0, (block) => rows.push(...rowsOf(block)));
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

export function rowsOf(block: SampleBlock): Row[] {
  const details = new Map(block.details.map(({ row, text }) => [row, text]));
  return Array.from({ length: block.rows }, (_, i) => ({
    seq: block.seq[i] as number,
    dueMs: block.dueMs[i] as number,
    handedMs: block.handedMs[i] as number,
    sentMs: block.sentMs[i] as number,
    doneEarliestMs: block.doneEarliestMs[i] as number,
    doneMs: block.doneMs[i] as number,
    handshakeMs: block.handshakeMs[i] as number,
    serverMs: block.serverMs[i] as number,
    coldStart: block.coldStart[i] as number,
    outcome: OUTCOMES[block.outcome[i] as number] ?? 'unknown',
    detail: details.get(i) ?? '',
  }));
}
