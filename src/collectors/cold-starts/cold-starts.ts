import type { Measure, Moment, Percentile } from '../../metric.js';
import type { ColdStartsSection } from '../../report.js';
import type { Plan, RunEnd } from '../../run.js';
import { COLD_STARTS, leadsInvocation, type SampleBlock } from '../../sample.js';
import { capacitySteps, type CapacityStep } from '../capacity.js';
import type { Collector, CollectorContext } from '../collector.js';
import { createHistogram, measureOf } from '../histogram/histogram.js';
import type { ColdStartsMetric } from './metrics.js';
import { StartStages } from './start-stages.js';

const WARM = COLD_STARTS.indexOf('warm');
const COLD = COLD_STARTS.indexOf('cold');

const NOT_REPORTED = 'neither the service nor its handler reported cold starts';

/** New environments: how many, how long each took to make, and the response of the requests that met them. */
export class ColdStarts implements Collector<ColdStartsSection> {
  readonly #plan: Plan;
  readonly #stages = new StartStages();
  readonly #response = { warm: createHistogram(), cold: createHistogram() };
  readonly #counts = { warm: 0, cold: 0 };

  constructor({ plan }: CollectorContext) {
    this.#plan = plan;
  }

  add(block: SampleBlock): void {
    const { rows, coldStart, outcome, dueMs, doneMs, usage } = block;
    for (let i = 0; i < rows; i++) {
      const code = coldStart[i] as number;
      if (code !== WARM && code !== COLD) continue;
      const kind = code === COLD ? 'cold' : 'warm';
      if (leadsInvocation(block, i)) {
        this.#counts[kind]++;
        if (kind === 'cold' && usage !== undefined) this.#stages.add(usage, i);
      }
      const due = dueMs[i] as number;
      if (outcome[i] === 0 && due >= this.#plan.warmupMs) this.#response[kind].record((doneMs[i] as number) - due);
    }
  }

  merge(other: ColdStarts): void {
    this.#stages.addAll(other.#stages);
    for (const kind of ['warm', 'cold'] as const) {
      this.#counts[kind] += other.#counts[kind];
      this.#response[kind].addAll(other.#response[kind]);
    }
  }

  measure(metric: ColdStartsMetric, moment: Moment): Measure {
    if (!('of' in metric)) return this.#measureStart(metric.statistic);
    if (metric.of === 'instances') return measureInstances(moment);
    const histogram = this.#response[metric.of];
    const none = `no request that met a ${metric.of} environment succeeded after the warm-up`;
    if (histogram.count > 0) return measureOf(histogram, metric.statistic, none);
    return { value: null, why: this.#known === 0 ? NOT_REPORTED : none };
  }

  finish({ capacity = [] }: Pick<RunEnd, 'capacity'>): ColdStartsSection {
    const instances = changesOf(capacitySteps(capacity));
    const { whole } = this.#stages;
    const { warm, cold } = this.#response;
    return {
      count: this.#counts.cold,
      known: this.#known,
      meanMs: whole.meanMs,
      p50Ms: whole.percentileMs(50),
      p99Ms: whole.percentileMs(99),
      stages: this.#stages.summary(),
      instancesSeen: mostOf(instances),
      instances,
      warm: warm.count === 0 ? null : warm.distribution(),
      cold: cold.count === 0 ? null : cold.distribution(),
    };
  }

  /** Invocations of which it is known whether they met a cold start. */
  get #known(): number {
    return this.#counts.cold + this.#counts.warm;
  }

  #measureStart(statistic: Percentile | 'count' | 'mean'): Measure {
    if (this.#known === 0) return { value: null, why: NOT_REPORTED };
    if (statistic === 'count') return { value: this.#counts.cold };
    const { whole } = this.#stages;
    const value = typeof statistic === 'object' ? whole.percentileMs(statistic.p) : whole.meanMs;
    return value === null ? { value, why: 'no cold start reported its duration' } : { value };
  }
}

/** The first reading, and each that differs from the one before. */
function changesOf(steps: readonly CapacityStep[]): readonly CapacityStep[] {
  return steps.filter(({ count }, i) => count !== steps[i - 1]?.count);
}

function mostOf(steps: readonly CapacityStep[]): number | null {
  return steps.length === 0 ? null : steps.reduce((most, { count }) => Math.max(most, count), 0);
}

/** The readings of the capacity come with the end of the run. */
function measureInstances(moment: Moment): Measure {
  const value = 'end' in moment ? mostOf(capacitySteps(moment.end.capacity ?? [])) : null;
  return value === null ? { value, why: 'the number of instances was not read' } : { value };
}
