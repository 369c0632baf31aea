import type { TimelineSecond } from '../report.js';
import { outcomeCode } from '../sample.js';
import type { Collector, CollectorContext } from './collector.js';
import { LogHistogram } from './log-histogram.js';
import { nearestRank } from './nearest-rank.js';

/** Under this many successes a second has no percentiles. */
const ENOUGH = 100;
const BITS = 7;
const US_PER_MS = 1000;
/** What percentiles are clamped to: the 2 h that the latencies are clamped to. */
const MOST_US = 2 * 3600 * 1e6;
/** How long after the plan's last second a hand-over still gets a row of its own; later ones share the last. */
const OVERTIME_SECONDS = 3600;

/** What the seconds cost is another fold. */
interface WithoutCost {
  readonly seconds: readonly Omit<TimelineSecond, 'cost'>[];
}

/** The run by seconds: what became of the requests due in each (by release time), and how many were sent in it. */
export function createTimeline({ plan }: CollectorContext): Collector<WithoutCost> {
  const { duePerSecond } = plan;
  const seconds = new Seconds(duePerSecond.length);
  return {
    add(batch) {
      const { rows, outcome, dueMs, releaseMs, handedMs, doneMs } = batch;
      for (let i = 0; i < rows; i++) {
        const code = outcome[i] as number;
        if (code !== SHED) seconds.addSent(handedMs[i] as number);
        if (code === 0) seconds.addOk(releaseMs[i] as number, (doneMs[i] as number) - (dueMs[i] as number));
        else seconds.addFailed(releaseMs[i] as number);
      }
    },
    finish: () => ({ seconds: seconds.list(duePerSecond) }),
  };
}

const SHED = outcomeCode('shed');

/** Columns by second; requests beyond the plan's seconds, which only a damaged log holds, fall into the nearest. */
class Seconds {
  readonly #planned: number;
  readonly #sent: Float64Array;
  readonly #ok: Float64Array;
  readonly #failed: Float64Array;
  readonly #sumMs: Float64Array;
  readonly #measured: Float64Array;
  readonly #latencies: (SecondLatencies | undefined)[];

  constructor(planned: number) {
    this.#planned = Math.max(1, planned);
    this.#sent = new Float64Array(this.#planned + OVERTIME_SECONDS);
    this.#ok = new Float64Array(this.#planned);
    this.#failed = new Float64Array(this.#planned);
    this.#sumMs = new Float64Array(this.#planned);
    this.#measured = new Float64Array(this.#planned);
    this.#latencies = Array.from({ length: this.#planned }, () => undefined);
  }

  addSent(handedMs: number): void {
    if (Number.isNaN(handedMs)) return;
    const second = secondOf(handedMs, this.#sent.length);
    this.#sent[second] = (this.#sent[second] as number) + 1;
  }

  addFailed(releaseMs: number): void {
    const second = secondOf(releaseMs, this.#planned);
    this.#failed[second] = (this.#failed[second] as number) + 1;
  }

  addOk(releaseMs: number, responseMs: number): void {
    const second = secondOf(releaseMs, this.#planned);
    this.#ok[second] = (this.#ok[second] as number) + 1;
    if (!(Math.abs(responseMs) < Infinity)) return;
    const ms = responseMs > 0 ? responseMs : 0;
    this.#sumMs[second] = (this.#sumMs[second] as number) + ms;
    this.#measured[second] = (this.#measured[second] as number) + 1;
    (this.#latencies[second] ??= new SecondLatencies()).record(Math.min(ms * US_PER_MS, MOST_US));
  }

  list(duePerSecond: readonly number[]): WithoutCost['seconds'] {
    const lastSent = this.#sent.findLastIndex((sent) => sent > 0);
    const length = Math.max(duePerSecond.length, lastSent + 1);
    return Array.from({ length }, (_, second) => this.#row(second, duePerSecond[second] ?? 0));
  }

  #row(second: number, due: number): Omit<TimelineSecond, 'cost'> {
    const measured = this.#measured[second] ?? 0;
    const latencies = this.#latencies[second];
    return {
      second,
      due,
      sent: this.#sent[second] ?? 0,
      ok: this.#ok[second] ?? 0,
      failed: this.#failed[second] ?? 0,
      meanMs: measured === 0 ? null : (this.#sumMs[second] ?? 0) / measured,
      p50Ms: latencies?.percentileMs(50) ?? null,
      p99Ms: latencies?.percentileMs(99) ?? null,
    };
  }
}

function secondOf(ms: number, length: number): number {
  const second = Math.floor(ms / 1000);
  return second >= 0 ? Math.min(second, length - 1) : 0;
}

/** A list while a second is quiet (most seconds of most traces are), buckets from then on. */
class SecondLatencies {
  #few: number[] | undefined = [];
  #many: LogHistogram | undefined;

  record(us: number): void {
    if (this.#many !== undefined) {
      this.#many.record(us);
      return;
    }
    this.#few?.push(us);
    if (this.#few?.length === ENOUGH) this.#spill(this.#few);
  }

  /** The middle of the bucket of the nearest rank; null under ENOUGH successes. */
  percentileMs(p: number): number | null {
    if (this.#many === undefined) return null;
    const us = this.#many.middleAt(nearestRank(p, this.#many.count));
    return us === null ? null : us / US_PER_MS;
  }

  #spill(few: readonly number[]): void {
    this.#many = new LogHistogram(BITS);
    for (const us of few) this.#many.record(us);
    this.#few = undefined;
  }
}
