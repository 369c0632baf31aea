import { UserError } from '../errors.js';
import type { Batching, Plan, PlannedBatches } from '../run.js';
import type { Trace } from '../trace.js';
import { schedule, type Schedule, type Window } from '../loop/schedule.js';

/**
 * Each planned second takes some 440 characters of report.json, and no text of Node has more than 512 million; a second of
 * at least 100 successes takes 4.6 kB of memory.
 */
const MOST_MS = 7 * 24 * 3_600_000;

/** What will be sent, before anything is. Throws `UserError` when that is nothing, or too long. */
export function makePlan(
  trace: Trace,
  window: Window,
  limits: Omit<Plan, 'planned' | 'durationMs' | 'duePerSecond' | 'warmupRequests' | 'batching'>,
): Plan {
  const durationMs = (Math.min(window.toMs, trace.durationMs) - window.fromMs) / window.speed;
  if (durationMs > MOST_MS)
    throw new UserError(
      'the run would last more than 7 days, the longest that a report can hold; choose a part with --from and --to, or a higher --speed',
    );
  const due = new PerSecond(durationMs);
  let warmupRequests = 0;
  const batches = window.batching && new BatchCount(window.batching, durationMs);
  for (const chunk of schedule(trace.store, window, { index: 0, of: 1 })) {
    const { rows, dueMs, releaseMs = dueMs } = chunk;
    for (let i = 0; i < rows; i++) {
      due.add(releaseMs[i] as number);
      if ((dueMs[i] as number) < limits.warmupMs) warmupRequests++;
    }
    batches?.add(chunk);
  }
  if (due.total === 0) throw new UserError('no request is due in this window; choose another with --from and --to');
  const batching = batches === undefined ? {} : { batching: batches.planned(warmupRequests) };
  return { planned: due.total, durationMs, duePerSecond: due.counts, ...limits, warmupRequests, ...batching };
}

/** A count by seconds; at least the whole window, and more where a batch is released after its end. */
class PerSecond {
  total = 0;
  readonly counts: number[];

  constructor(durationMs: number) {
    this.counts = Array.from({ length: Math.max(0, Math.ceil(durationMs / 1000)) }, () => 0);
  }

  add(ms: number): void {
    const second = Math.floor(ms / 1000);
    while (this.counts.length <= second) this.counts.push(0);
    this.counts[second] = (this.counts[second] as number) + 1;
    this.total++;
  }
}

class BatchCount {
  readonly #released: PerSecond;
  readonly #batching: Batching;

  constructor(batching: Batching, durationMs: number) {
    this.#released = new PerSecond(durationMs);
    this.#batching = batching;
  }

  add({ rows, seq, dueMs, releaseMs = dueMs, invocation = seq }: Schedule): void {
    for (let i = 0; i < rows; i++) if (invocation[i] === seq[i]) this.#released.add(releaseMs[i] as number);
  }

  planned(warmupRequests: number): PlannedBatches {
    const { total, counts } = this.#released;
    return { ...this.#batching, invocations: total, perSecond: counts, warmupRequests };
  }
}
