import type { TimelineSecond, TimelineSection, TimelineWindow } from '../../report.js';
import { COLD_STARTS, FAILURES, leadsInvocation, OUTCOMES, outcomeCode, type SampleBlock } from '../../sample.js';
import type { Plan } from '../../run.js';
import { addColumn } from '../add-column.js';
import type { Collector, CollectorContext } from '../collector.js';
import { connectionWaitMs } from '../connection-wait.js';
import { heatMap } from './heat-map.js';
import { InFlightMeans } from './in-flight-means.js';
import { Peaks } from './peaks.js';
import { percentilesMs, SecondLatencies, togetherOf } from './second-latencies.js';
import { Spans } from './spans.js';
import { shortestLength, windowLength } from './window-length.js';

/** How long after the plan's last second a hand-over or an answer still gets a row of its own; later ones share the last. */
const OVERTIME_SECONDS = 3600;

/** More columns than this are narrower than a reader can point at. */
const MOST_HEAT_COLUMNS = 240;

/** What the seconds cost is another fold. */
interface WithoutCost {
  readonly seconds: readonly Omit<TimelineSecond, 'cost'>[];
  readonly windows: TimelineSection['windows'];
  readonly heatMap: TimelineSection['heatMap'];
}

/** The run by seconds: what became of the requests due in each (by release time), and what was sent and completed in it. */
export class Timeline implements Collector<WithoutCost> {
  readonly #plan: Plan;
  readonly #seconds: Seconds;

  constructor({ plan }: CollectorContext) {
    this.#plan = plan;
    this.#seconds = new Seconds(plan.duePerSecond.length);
  }

  add(block: SampleBlock): void {
    const { rows, outcome, dueMs, releaseMs, handedMs, doneMs, coldStart } = block;
    const { knowsSent } = this.#plan;
    const seconds = this.#seconds;
    for (let i = 0; i < rows; i++) {
      const code = outcome[i] as number;
      const second = seconds.at(releaseMs[i] as number);
      if (code !== SHED) seconds.addSent(handedMs[i] as number, doneMs[i] as number);
      if (code === 0) seconds.addOk(second, doneMs[i] as number, dueMs[i] as number);
      else seconds.addFailed(second, code);
      if (coldStart[i] === COLD && leadsInvocation(block, i)) seconds.addColdStart(second);
      seconds.addOwnShare(second, block, i, knowsSent);
    }
  }

  merge(other: Timeline): void {
    this.#seconds.addAll(other.#seconds);
  }

  finish(): WithoutCost {
    const { duePerSecond, planned } = this.#plan;
    return {
      seconds: this.#seconds.list(duePerSecond),
      windows: this.#seconds.windows(duePerSecond.length, planned),
      heatMap: this.#seconds.heatMap(duePerSecond.length),
    };
  }
}

const SHED = outcomeCode('shed');
const COLD = COLD_STARTS.indexOf('cold');

/** Columns by second; requests beyond the plan's seconds, which only a damaged log holds, fall into the nearest. */
class Seconds {
  readonly #planned: number;
  readonly #sent: Float64Array;
  readonly #inFlight: InFlightMeans;
  readonly #completed: Float64Array;
  readonly #ok: Float64Array;
  readonly #coldStarts: Float64Array;
  readonly #response: Spans;
  readonly #lateness: Spans;
  readonly #wait: Peaks;
  readonly #failures: (Float64Array | undefined)[];
  readonly #latencies: (SecondLatencies | undefined)[];

  constructor(planned: number) {
    this.#planned = Math.max(1, planned);
    const column = (length: number): Float64Array => new Float64Array(length);
    this.#sent = column(this.#planned + OVERTIME_SECONDS);
    this.#inFlight = new InFlightMeans(this.#planned + OVERTIME_SECONDS);
    this.#completed = column(this.#planned + OVERTIME_SECONDS);
    this.#ok = column(this.#planned);
    this.#coldStarts = column(this.#planned);
    this.#response = new Spans(this.#planned);
    this.#lateness = new Spans(this.#planned);
    this.#wait = new Peaks(this.#planned);
    this.#failures = Array.from({ length: this.#planned }, () => undefined);
    this.#latencies = Array.from({ length: this.#planned }, () => undefined);
  }

  /** The row of a request released then. */
  at(releaseMs: number): number {
    return secondOf(releaseMs, this.#planned);
  }

  addSent(handedMs: number, doneMs: number): void {
    if (Number.isNaN(handedMs)) return;
    increment(this.#sent, secondOf(handedMs, this.#sent.length));
    this.#inFlight.add(handedMs, doneMs);
  }

  addFailed(second: number, code: number): void {
    increment(this.#failuresAt(second), code);
  }

  addOk(second: number, doneMs: number, dueMs: number): void {
    increment(this.#ok, second);
    if (!Number.isNaN(doneMs)) increment(this.#completed, secondOf(doneMs, this.#completed.length));
    const responseMs = doneMs - dueMs;
    if (!(Math.abs(responseMs) < Infinity)) return;
    const ms = responseMs > 0 ? responseMs : 0;
    this.#response.add(second, ms);
    this.#latenciesAt(second).record(ms);
  }

  addColdStart(second: number): void {
    increment(this.#coldStarts, second);
  }

  addOwnShare(second: number, block: SampleBlock, row: number, knowsSent: boolean): void {
    this.#lateness.add(second, (block.handedMs[row] as number) - (block.releaseMs[row] as number));
    if (knowsSent) this.#wait.add(second, connectionWaitMs(block, row));
  }

  /** Of as many seconds. */
  addAll(other: Seconds): void {
    addColumn(this.#sent, other.#sent);
    addColumn(this.#completed, other.#completed);
    addColumn(this.#ok, other.#ok);
    addColumn(this.#coldStarts, other.#coldStarts);
    this.#inFlight.addAll(other.#inFlight);
    this.#response.addAll(other.#response);
    this.#lateness.addAll(other.#lateness);
    this.#wait.addAll(other.#wait);
    for (const [second, failures] of other.#failures.entries())
      if (failures !== undefined) addColumn(this.#failuresAt(second), failures);
    for (const [second, latencies] of other.#latencies.entries())
      if (latencies !== undefined) this.#latenciesAt(second).addAll(latencies);
  }

  list(duePerSecond: readonly number[]): WithoutCost['seconds'] {
    const last = Math.max(...[this.#sent, this.#completed].map((column) => column.findLastIndex((n) => n > 0)));
    const length = Math.max(duePerSecond.length, last + 1);
    const inFlight = this.#inFlight.list(length);
    return Array.from({ length }, (_, second) => this.#row(second, duePerSecond[second] ?? 0, inFlight[second] ?? 0));
  }

  windows(seconds: number, requests: number): TimelineSection['windows'] {
    const lengthSeconds = windowLength(seconds, requests);
    const rows = Array.from({ length: Math.ceil(seconds / lengthSeconds) }, (_, i) =>
      this.#window(i * lengthSeconds, Math.min((i + 1) * lengthSeconds, seconds)),
    );
    return { lengthSeconds, rows };
  }

  heatMap(seconds: number): TimelineSection['heatMap'] {
    const lengthSeconds = shortestLength(seconds, MOST_HEAT_COLUMNS);
    const columns = Array.from({ length: Math.ceil(seconds / lengthSeconds) }, (_, i) =>
      togetherOf(this.#latencies.slice(i * lengthSeconds, (i + 1) * lengthSeconds)),
    );
    return heatMap(lengthSeconds, columns, togetherOf(this.#latencies));
  }

  /** By outcome code. */
  #failuresAt(second: number): Float64Array {
    return (this.#failures[second] ??= new Float64Array(OUTCOMES.length));
  }

  #latenciesAt(second: number): SecondLatencies {
    return (this.#latencies[second] ??= new SecondLatencies());
  }

  #window(from: number, to: number): TimelineWindow {
    const latencies = this.#latencies.slice(from, to).filter((second) => second !== undefined);
    const [p50Ms, p99Ms] = percentilesMs(latencies, [50, 99]);
    return {
      second: from,
      ok: this.#ok.subarray(from, to).reduce((sum, ok) => sum + ok, 0),
      meanMs: this.#response.meanMs(from, to),
      p50Ms: p50Ms ?? null,
      p99Ms: p99Ms ?? null,
      maxMs: this.#response.maxMs(from, to),
    };
  }

  #row(second: number, due: number, inFlight: number): WithoutCost['seconds'][number] {
    const latencies = this.#latencies[second];
    const failures = this.#failures[second];
    return {
      second,
      due,
      sent: this.#sent[second] ?? 0,
      completed: this.#completed[second] ?? 0,
      ok: this.#ok[second] ?? 0,
      failed: failures?.reduce((sum, n) => sum + n, 0) ?? 0,
      failures: failures === undefined ? {} : byKind(failures),
      inFlight,
      coldStarts: this.#coldStarts[second] ?? 0,
      meanLatenessMs: this.#lateness.meanMs(second),
      maxLatenessMs: this.#lateness.maxMs(second),
      maxConnectionWaitMs: this.#wait.maxMs(second),
      meanMs: this.#response.meanMs(second),
      p50Ms: latencies?.percentileMs(50) ?? null,
      p99Ms: latencies?.percentileMs(99) ?? null,
      maxMs: this.#response.maxMs(second),
    };
  }
}

function increment(column: Float64Array, index: number): void {
  column[index] = (column[index] as number) + 1;
}

function byKind(counts: Float64Array): TimelineSecond['failures'] {
  const entries = FAILURES.map((failure) => [failure, counts[outcomeCode(failure)] ?? 0] as const);
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
}

function secondOf(ms: number, length: number): number {
  const second = Math.floor(ms / 1000);
  return second >= 0 ? Math.min(second, length - 1) : 0;
}
