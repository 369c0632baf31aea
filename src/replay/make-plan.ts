import { UserError } from '../errors.js';
import type { Batching, Plan, PlannedBatches } from '../run.js';
import type { Trace } from '../trace.js';
import { schedule, type Schedule, type Window } from './schedule.js';

/** A longer run would need more memory for its seconds than they are worth. */
const MOST_MS = 31 * 24 * 3_600_000;

/** What will be sent, before anything is. Throws `UserError` when that is nothing, or too long. */
export function makePlan(
  trace: Trace,
  window: Window,
  limits: Omit<Plan, 'planned' | 'durationMs' | 'duePerSecond' | 'batching'>,
): Plan {
  const durationMs = (Math.min(window.toMs, trace.durationMs) - window.fromMs) / window.speed;
  if (durationMs > MOST_MS)
    throw new UserError(
      'the run would last more than 31 days; choose a part with --from and --to, or a higher --speed',
    );
  const due = new PerSecond(durationMs);
  const batches = window.batching && new BatchCount(window.batching, durationMs, limits.warmupMs);
  for (const chunk of schedule(trace.store, window, { index: 0, of: 1 })) {
    const { rows, dueMs, releaseMs = dueMs } = chunk;
    for (let i = 0; i < rows; i++) due.add(releaseMs[i] as number);
    batches?.add(chunk);
  }
  if (due.total === 0) throw new UserError('no request is due in this window; choose another with --from and --to');
  const batching = batches === undefined ? {} : { batching: batches.planned() };
  return { planned: due.total, durationMs, duePerSecond: due.counts, ...limits, ...batching };
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
  #warmupRequests = 0;
  readonly #released: PerSecond;
  readonly #batching: Batching;
  readonly #warmupMs: number;

  constructor(batching: Batching, durationMs: number, warmupMs: number) {
    this.#released = new PerSecond(durationMs);
    this.#batching = batching;
    this.#warmupMs = warmupMs;
  }

  add({ rows, seq, dueMs, releaseMs = dueMs, invocation = seq }: Schedule): void {
    for (let i = 0; i < rows; i++) {
      if ((dueMs[i] as number) < this.#warmupMs) this.#warmupRequests++;
      if (invocation[i] === seq[i]) this.#released.add(releaseMs[i] as number);
    }
  }

  planned(): PlannedBatches {
    const { total, counts } = this.#released;
    return { ...this.#batching, invocations: total, perSecond: counts, warmupRequests: this.#warmupRequests };
  }
}
