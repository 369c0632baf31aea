import type { Measure } from '../../metric.js';
import type { HealthSection } from '../../report.js';
import type { Plan, RunEnd } from '../../run.js';
import type { SampleBlock } from '../../sample.js';
import type { OwnShare } from '../bounds.js';
import type { Collector, CollectorContext } from '../collector.js';
import { Connections } from './connections.js';
import { Lateness } from './lateness.js';
import { OwnShares } from './own-shares.js';
import { likelyCause, type Symptoms } from './likely-cause.js';
import type { HealthMetric } from './metrics.js';
import type { SpreadFold } from '../spread-fold.js';
import { Starving } from './starving.js';

/** Under this many requests the busiest seconds say nothing of their own. */
const ENOUGH_REQUESTS = 1000;

/** How well the instrument itself worked: how late it was, what it waited for, and what that does to the reported latency. */
export class Health implements Collector<HealthSection> {
  readonly #plan: Plan;
  readonly #lateness: Lateness;
  readonly #connections: Connections;
  readonly #shares: Twice<OwnShares>;
  /** Null where the backend cannot see the first byte leave. */
  readonly #starving: Twice<Starving> | null;
  readonly #busiestSeconds: Uint8Array;

  constructor({ plan }: CollectorContext) {
    this.#plan = plan;
    this.#lateness = new Lateness(plan);
    this.#connections = new Connections(plan.knowsSent);
    this.#shares = { whole: new OwnShares(plan), busiest: new OwnShares(plan) };
    this.#starving = plan.knowsSent ? { whole: new Starving(), busiest: new Starving() } : null;
    this.#busiestSeconds = busiestTenth(plan.duePerSecond);
  }

  add(block: SampleBlock): void {
    const { rows, outcome, dueMs, releaseMs, handedMs } = block;
    const { warmupMs } = this.#plan;
    const [connections, shares, starving] = [this.#connections, this.#shares, this.#starving];
    for (let i = 0; i < rows; i++) {
      const release = releaseMs[i] as number;
      const busy = this.#busiestSeconds[Math.floor(release / 1000)] === 1;
      this.#lateness.add(handedMs[i] as number, release, busy);
      connections.add(block, i);
      starving?.whole.add(block, i);
      if (busy) starving?.busiest.add(block, i);
      if (outcome[i] !== 0) continue;
      connections.addReceived(block, i);
      if ((dueMs[i] as number) < warmupMs) continue;
      shares.whole.add(block, i);
      if (busy) shares.busiest.add(block, i);
    }
  }

  merge(other: Health): void {
    this.#lateness.addAll(other.#lateness);
    this.#connections.addAll(other.#connections);
    for (const part of ['whole', 'busiest'] as const) {
      this.#shares[part].addAll(other.#shares[part]);
      if (other.#starving !== null) this.#starving?.[part].addAll(other.#starving[part]);
    }
  }

  measure({ of, statistic }: HealthMetric): Measure {
    const spread = of === 'lateness' ? this.#lateness.whole : this.#connections.spreadOf(of);
    const value = statistic === 'max' ? spread.maxMs : spread.percentileMs(statistic.p);
    return value === null ? { value, why: NOT_MEASURED[of] } : { value };
  }

  /** What our own share did to the responses of the successes, and how many requests it starved. */
  ownShare(): Pick<OwnShare, 'without' | 'mostUnreadMs' | 'starved'> {
    return {
      without: this.#shares.whole.withoutAny,
      mostUnreadMs: this.#connections.spreadOf('receiveUncertainty').maxMs ?? 0,
      starved: this.#starving?.whole.facts().requests ?? 0,
    };
  }

  finish(end: RunEnd): HealthSection {
    const [lateness, shares, starving] = [this.#lateness, this.#shares, this.#starving];
    const busiest = busiestFacts(this.#busiestSeconds, lateness.busiest, shares.busiest, starving?.busiest);
    const facts = { lateness: lateness.whole.spread(), ...this.#connections.spreads(), shifts: shares.whole.shifts() };
    return {
      ...facts,
      likelyCause: likelyCause(symptoms(this.#plan, end, facts, busiest)),
      lateOver1Ms: lateness.over1Ms,
      busiest,
      starved: starving?.whole.facts() ?? null,
      strayingSeconds: strayingSeconds(this.#plan, end, lateness.handedPerSecond),
      stops: end.stops ?? null,
      resources: end.resources,
    };
  }
}

/** Over the whole run, and over its busiest seconds. */
interface Twice<Part> {
  readonly whole: Part;
  readonly busiest: Part;
}

function symptoms(
  { maxLatenessMs }: Plan,
  { resources, endedMs, stops }: RunEnd,
  { lateness, shifts, connectionWait }: Pick<HealthSection, 'lateness' | 'shifts' | 'connectionWait'>,
  busiest: HealthSection['busiest'],
): Symptoms {
  return {
    lateness: busiest === null ? [lateness] : [lateness, busiest.lateness],
    shifts: busiest === null ? shifts : [...shifts, ...busiest.shifts],
    ...{ connectionWait, maxLatenessMs, resources, stops, elapsedMs: endedMs },
  };
}

const NOT_MEASURED: Readonly<Record<HealthMetric['of'], string>> = {
  lateness: 'no request was handed over',
  connectionWait: 'the backend saw the first byte of no request leave',
  handshake: 'no request opened a connection',
  receiveUncertainty: 'the backend reported for no success when its answer can have come at the earliest',
};

/** 1 for each of the ceil(n / 10) seconds in which most is due; of equals, the earlier. */
function busiestTenth(duePerSecond: readonly number[]): Uint8Array {
  const marks = new Uint8Array(duePerSecond.length);
  const byDue = duePerSecond
    .map((due, second) => ({ due, second }))
    .sort((a, b) => b.due - a.due || a.second - b.second);
  for (const { second } of byDue.slice(0, Math.ceil(duePerSecond.length / 10))) marks[second] = 1;
  return marks;
}

function busiestFacts(
  marks: Uint8Array,
  lateness: SpreadFold,
  shares: OwnShares,
  starving: Starving | undefined,
): HealthSection['busiest'] {
  const requests = lateness.count;
  if (requests < ENOUGH_REQUESTS) return null;
  const seconds = marks.reduce((sum, mark) => sum + mark, 0);
  const starved = starving?.facts() ?? null;
  return { seconds, requests, lateness: lateness.spread(), shifts: shares.shifts(), starved };
}

/**
 * Whole seconds in which more or fewer were handed over than due, by more than three times the deviation that a
 * Poisson count of that size has. After a stop, or where a killed process left off, only the full seconds before it.
 */
function strayingSeconds(
  { duePerSecond }: Plan,
  end: RunEnd,
  handedPerSecond: Float64Array,
): HealthSection['strayingSeconds'] {
  const untilMs = end.stoppedMs ?? (end.complete ? Infinity : end.endedMs);
  const seconds = duePerSecond.slice(0, Math.max(0, Math.floor(Math.min(untilMs / 1000, duePerSecond.length))));
  return seconds.flatMap((due, second) => {
    const handed = handedPerSecond[second] ?? 0;
    return Math.abs(handed - due) > 3 * Math.sqrt(due) + 1 ? [{ second, due, handed }] : [];
  });
}
