import type { Measure, Moment, Percentile } from '../../metric.js';
import type { ColdStartsSection } from '../../report.js';
import type { RunEnd } from '../../run.js';
import { COLD_STARTS, leadsInvocation, STAGE_NAMES, type SampleBlock } from '../../sample.js';
import { capacitySteps, type CapacityStep } from '../capacity.js';
import type { Collector, CollectorContext } from '../collector.js';
import { createHistogram, measureOf, type Histogram } from '../histogram/histogram.js';
import { SpreadFold } from '../spread-fold.js';
import type { ColdStartsMetric } from './metrics.js';

const WARM = COLD_STARTS.indexOf('warm');
const COLD = COLD_STARTS.indexOf('cold');

/** Also gives single numbers, until it is finished. */
export interface ColdStartsCollector extends Collector<ColdStartsSection> {
  measure(metric: ColdStartsMetric, moment: Moment): Measure;
}

/**
 * New environments: how many, how long each took to make, and what the requests that met them felt.
 */
export function createColdStarts({ plan }: CollectorContext): ColdStartsCollector {
  const start = new SpreadFold();
  const stages = { init: new SpreadFold(), restore: new SpreadFold(), firstInvocation: new SpreadFold() };
  const inside = STAGE_NAMES.map((name) => ({ name, fold: new SpreadFold() }));
  const response: { warm?: Histogram; cold?: Histogram } = {};
  const counts = { warm: 0, cold: 0 };

  const addStart = ({ usage }: SampleBlock, row: number): void => {
    if (usage === undefined) return;
    const initMs = usage.initMs[row] as number;
    const restoreMs = usage.restoreMs[row] as number;
    stages.init.record(initMs);
    stages.restore.record(restoreMs);
    stages.firstInvocation.record(usage.durationMs[row] as number);
    for (const { name, fold } of inside) fold.record(usage[name][row] as number);
    if (Number.isNaN(initMs)) start.record(restoreMs);
    else start.record(initMs + (Number.isNaN(restoreMs) ? 0 : restoreMs));
  };

  const measureStart = (statistic: Percentile | 'count' | 'mean'): Measure => {
    if (counts.cold + counts.warm === 0) return { value: null, why: NOTHING_TOLD };
    if (statistic === 'count') return { value: counts.cold };
    const value = typeof statistic === 'object' ? start.percentileMs(statistic.p) : start.meanMs;
    return value === null ? { value, why: 'no cold start reported its duration' } : { value };
  };

  return {
    measure(metric, moment) {
      if (!('of' in metric)) return measureStart(metric.statistic);
      if (metric.of === 'instances') return measureInstances(moment);
      const histogram = response[metric.of];
      const none = `no request that met a ${metric.of} environment succeeded after the warm-up`;
      if (histogram !== undefined) return measureOf(histogram, metric.statistic, none);
      return { value: null, why: counts.cold + counts.warm === 0 ? NOTHING_TOLD : none };
    },
    add(block) {
      const { rows, coldStart, outcome, dueMs, doneMs } = block;
      for (let i = 0; i < rows; i++) {
        const code = coldStart[i] as number;
        if (code !== WARM && code !== COLD) continue;
        const kind = code === COLD ? 'cold' : 'warm';
        if (leadsInvocation(block, i)) {
          counts[kind]++;
          if (kind === 'cold') addStart(block, i);
        }
        const due = dueMs[i] as number;
        if (outcome[i] === 0 && due >= plan.warmupMs)
          (response[kind] ??= createHistogram()).record((doneMs[i] as number) - due);
      }
    },
    finish({ capacity = [] }: RunEnd) {
      const instances = changesOf(capacitySteps(capacity));
      const parts = inside.map(({ name, fold }) => [name.replace(/Ms$/, ''), fold] as const);
      const told = [...Object.entries(stages), ...parts].filter(([, stage]) => stage.count > 0);
      return {
        count: counts.cold,
        known: counts.cold + counts.warm,
        meanMs: start.meanMs,
        p50Ms: start.percentileMs(50),
        p99Ms: start.percentileMs(99),
        stages: Object.fromEntries(told.map(([name, stage]) => [name, summary(stage)])),
        instancesSeen: mostOf(instances),
        instances,
        warm: response.warm?.distribution() ?? null,
        cold: response.cold?.distribution() ?? null,
      };
    },
  };
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

const NOTHING_TOLD = 'neither the service nor its handler reported cold starts';

/** Of a stage that was told at least once. */
function summary(stage: SpreadFold): { count: number; meanMs: number; p99Ms: number } {
  return { count: stage.count, meanMs: stage.meanMs as number, p99Ms: stage.percentileMs(99) as number };
}
