import { arrivalStoreWriter } from '../../trace-file/arrival-store.js';
import type { Backend, Call } from '../../backends/backend.js';
import type { Clock, PacingClock } from '../../clock.js';
import type { Outcome, SampleBlock } from '../../sample.js';
import type { ArrivalStore } from '../../trace.js';
import { createInFlight, inFlightMemory } from '../../loop/in-flight.js';
import { createRecorder } from '../../loop/recorder.js';
import { replayShard, type ShardRun } from '../../loop/replay-shard.js';
import { schedule } from '../../loop/schedule.js';

export interface Rehearsal {
  readonly clock: PacingClock;
  readonly requests: number;
  /** Absent: one that answers at once. */
  readonly standIn: Backend | undefined;
  /** Of the run; absent: it is not batched. */
  readonly batchSize: number | undefined;
  /** Whether the run takes its payloads in turn. */
  readonly inTurn: boolean;
  readonly ends: Pick<ShardRun, 'stop' | 'hold'>;
  readonly onBlock: (block: SampleBlock) => void;
}

const PER_MS = 10;
/** Of the bursts of a rehearsal, this part was cheaper: what else the machine does only makes one dearer. */
const CHEAP_PART = 0.25;
/** There is a pause before each block of this many requests, long enough for the clock to sleep: its waking is compiled too. */
const TOGETHER = 500;
const PAUSE_MS = 20;
/** More than a loop that is behind sends in one turn: what it does then is compiled too. */
const BURST = 70;
/** Enough to compile what distinguishes a block. */
const MOST_TOGETHER = 16;

/**
 * Runs the loop itself over a schedule of this many requests against a stand-in, so that both are compiled, for each other,
 * before the first request: a cold loop is late for its first second. What is compiled lasts only while the run looks
 * exactly like the rehearsal (docs/performance-notes.md), so all but the stand-in is the run's own: schedule, clock, signals.
 * Resolves with what a request of a burst took, ms: NaN where there was no burst.
 */
export async function rehearseLoop({
  clock,
  requests,
  standIn,
  batchSize,
  inTurn,
  ends,
  onBlock,
}: Rehearsal): Promise<number> {
  const stored = inGroups(clock.now(), requests);
  const backend = standIn ?? answersAtOnce(clock);
  const size = Math.min(batchSize ?? 1, MOST_TOGETHER);
  const window = { fromMs: 0, toMs: Infinity, speed: 1, ...(inTurn ? { payloadsInTurn: 1 } : {}) };
  const batching = batchSize === undefined ? {} : { batching: { size, waitMs: 1 } };
  const costs = new BurstCosts(stored.count);
  await replayShard({
    schedule: schedule(stored, { ...window, ...batching }, { index: 0, of: 1 }),
    clock,
    backend: batchSize === undefined || backend.invokeBatch !== undefined ? backend : answersAtOnce(clock),
    recorder: createRecorder(0, (block) => {
      costs.add(block);
      onBlock(block);
    }),
    inFlight: createInFlight(inFlightMemory(1), 0, requests),
    timeoutMs: 1000,
    ...ends,
  });
  return costs.cheapMs();
}

/** What the requests of each burst took together: they are all due at once, so the loop never waits for the next. */
class BurstCosts {
  readonly #endMs: Float64Array;
  readonly #dueMs: Float64Array;

  constructor(requests: number) {
    const groups = Math.floor(requests / TOGETHER);
    this.#endMs = new Float64Array(groups).fill(NaN);
    this.#dueMs = new Float64Array(groups).fill(NaN);
  }

  add({ rows, seq, handedMs, doneMs }: SampleBlock): void {
    for (let i = 0; i < rows; i++) {
      const group = Math.floor((seq[i] as number) / TOGETHER);
      const inGroup = (seq[i] as number) - group * TOGETHER;
      if (group >= this.#endMs.length || inGroup >= BURST) continue;
      if (inGroup === 0) this.#dueMs[group] = handedMs[i] as number;
      // The first of a comparison with NaN is never the greater.
      if (!((this.#endMs[group] as number) >= (doneMs[i] as number))) this.#endMs[group] = doneMs[i] as number;
    }
  }

  cheapMs(): number {
    const each = this.#endMs.map((endMs, group) => (endMs - (this.#dueMs[group] as number)) / BURST);
    return nearestRank(each.filter(Number.isFinite).sort(), CHEAP_PART);
  }
}

function nearestRank(sorted: Float64Array, part: number): number {
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? NaN;
}

function answersAtOnce(clock: Clock): Backend {
  const answer = ({ handedMs }: Call): Promise<Outcome> =>
    Promise.resolve({ ok: true, sentMs: handedMs, doneMs: clock.now(), doneEarliestMs: handedMs });
  return { invoke: answer, invokeBatch: answer };
}

/** Evenly but for the burst that each group begins with. */
function inGroups(startMs: number, requests: number): ArrivalStore {
  const writer = arrivalStoreWriter({ spoolDir: '', memoryLimit: requests });
  for (let i = 0; i < requests; i++) {
    const group = Math.floor(i / TOGETHER);
    const inGroup = Math.max(BURST, i - group * TOGETHER);
    writer.append(startMs + (group + 1) * PAUSE_MS + (group * TOGETHER + inGroup) / PER_MS, 0);
  }
  return writer.finish().store;
}
