import type { Measure } from '../../metric.js';
import type { HealthSection } from '../../report.js';
import type { Plan, RunEnd } from '../../run.js';
import type { SampleBlock } from '../../sample.js';
import type { OwnShare } from '../bounds.js';
import type { Collector, CollectorContext } from '../collector.js';
import { connectionWaitMs } from '../connection-wait.js';
import { OwnShares } from './own-shares.js';
import { likelyCause, type Symptoms } from './likely-cause.js';
import type { HealthMetric } from './metrics.js';
import { SpreadFold } from '../spread-fold.js';
import { Starving } from './starving.js';

/** Under this many requests the busiest seconds say nothing of their own. */
const ENOUGH_REQUESTS = 1000;
const LATE_MS = 1;

/** Also gives single numbers. */
export interface HealthCollector extends Collector<HealthSection> {
  measure(metric: HealthMetric): Measure;
  /** What our own share did to the responses of the successes, and how many requests it starved. */
  ownShare(): Pick<OwnShare, 'without' | 'mostUnreadMs' | 'starved'>;
}

/** How well the instrument itself worked: how late it was, what it waited for, and what that does to the reported latency. */
export function createHealth({ plan }: CollectorContext): HealthCollector {
  const lateness = new Lateness(plan);
  const shares = { whole: new OwnShares(plan), busiest: new OwnShares(plan) };
  const busiestSeconds = busiestTenth(plan.duePerSecond);
  const connections = new Connections(plan.knowsSent);
  const starving = plan.knowsSent ? { whole: new Starving(), busiest: new Starving() } : null;
  return {
    measure({ of, statistic }) {
      const spread = of === 'lateness' ? lateness.whole : connections.spreadOf(of);
      const value = statistic === 'max' ? spread.maxMs : spread.percentileMs(statistic.p);
      return value === null ? { value, why: NOT_MEASURED[of] } : { value };
    },
    ownShare: () => ({
      without: shares.whole.withoutAny,
      mostUnreadMs: connections.spreadOf('receiveUncertainty').maxMs ?? 0,
      starved: starving?.whole.facts().requests ?? 0,
    }),
    add(block) {
      const { rows, outcome, dueMs, releaseMs, handedMs } = block;
      for (let i = 0; i < rows; i++) {
        const release = releaseMs[i] as number;
        const busy = busiestSeconds[Math.floor(release / 1000)] === 1;
        lateness.add(handedMs[i] as number, release, busy);
        connections.add(block, i);
        starving?.whole.add(block, i);
        if (busy) starving?.busiest.add(block, i);
        if (outcome[i] !== 0) continue;
        connections.addReceived(block, i);
        if ((dueMs[i] as number) < plan.warmupMs) continue;
        shares.whole.add(block, i);
        if (busy) shares.busiest.add(block, i);
      }
    },
    finish(end) {
      const busiest = busiestFacts(busiestSeconds, lateness.busiest, shares.busiest, starving?.busiest);
      const facts = { lateness: lateness.whole.spread(), ...connections.spreads(), shifts: shares.whole.shifts() };
      return {
        ...facts,
        likelyCause: likelyCause(symptoms(plan, end, facts, busiest)),
        lateOver1Ms: lateness.over1Ms,
        busiest,
        starved: starving?.whole.facts() ?? null,
        strayingSeconds: strayingSeconds(plan, end, lateness.handedPerSecond),
        stops: end.stops ?? null,
        resources: end.resources,
      };
    },
  };
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

/** When requests were handed over, against their release and by the second. */
class Lateness {
  readonly whole = new SpreadFold();
  readonly busiest = new SpreadFold();
  readonly handedPerSecond: Float64Array;
  over1Ms = 0;
  readonly #maxLatenessMs: number;

  constructor({ duePerSecond, maxLatenessMs }: Plan) {
    this.handedPerSecond = new Float64Array(duePerSecond.length);
    this.#maxLatenessMs = maxLatenessMs;
  }

  add(handedMs: number, releaseMs: number, busy: boolean): void {
    const lateMs = handedMs - releaseMs;
    if (Number.isNaN(lateMs)) return; // crashed before the hand-over
    this.whole.record(lateMs);
    if (busy) this.busiest.record(lateMs);
    if (lateMs > LATE_MS) this.over1Ms++;
    // A burst at the very end of a second, handed over as late as is allowed, belongs to that second.
    const second = Math.floor((lateMs > this.#maxLatenessMs ? handedMs : releaseMs) / 1000);
    if (second < 0 || second >= this.handedPerSecond.length) return;
    this.handedPerSecond[second] = (this.handedPerSecond[second] as number) + 1;
  }
}

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

/** What the sockets cost: waiting for one, opening one, and reading late from it. */
class Connections {
  readonly #wait = new SpreadFold();
  readonly #handshake = new SpreadFold();
  readonly #receive = new SpreadFold();
  readonly #knowsSent: boolean;

  constructor(knowsSent: boolean) {
    this.#knowsSent = knowsSent;
  }

  add(block: SampleBlock, row: number): void {
    const handshakeMs = block.handshakeMs[row] as number;
    if (handshakeMs > 0) this.#handshake.record(handshakeMs);
    if (this.#knowsSent) this.#wait.record(connectionWaitMs(block, row));
  }

  addReceived({ doneMs, doneEarliestMs }: SampleBlock, row: number): void {
    this.#receive.record((doneMs[row] as number) - (doneEarliestMs[row] as number));
  }

  spreadOf(of: Exclude<HealthMetric['of'], 'lateness'>): SpreadFold {
    return { connectionWait: this.#wait, handshake: this.#handshake, receiveUncertainty: this.#receive }[of];
  }

  spreads(): Pick<HealthSection, 'connectionWait' | 'handshake' | 'receiveUncertainty'> {
    return {
      connectionWait: this.#wait.spread(),
      handshake: { count: this.#handshake.count, ...this.#handshake.spread() },
      receiveUncertainty: this.#receive.spread(),
    };
  }
}
