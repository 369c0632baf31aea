import type { Comparison, Difference, Estimate, Group } from './comparison.js';
import { CONFIDENCE, type Interval } from './intervals.js';
import { COMPARED_METRICS } from '../collectors/metric-table.js';
import type { RunFacts } from './run-facts.js';

/** As schemas/compare.schema.json describes it. */
export function renderCompareJson(comparison: Comparison): string {
  const { workloads, groups, differences, frontierMetric, judgements, seed, notes } = comparison;
  const value = {
    format: 1,
    confidence: CONFIDENCE,
    seed,
    metrics: Object.fromEntries(
      COMPARED_METRICS.map(({ name, unit, worse }) => [name, { unit: unit === 'share' ? 'ratio' : unit, worse }]),
    ),
    workloads,
    frontier: { latency: frontierMetric.name, cost: 'cost.perMillionSuccesses' },
    systems: groups.map(systemOf),
    differences: differences.map(differenceOf),
    judgements: judgements.map(({ difference, ...rest }) => ({ ...rest, difference: differenceOf(difference) })),
    notes,
  };
  return `${JSON.stringify(value, null, 1)}\n`;
}

function systemOf(group: Group): unknown {
  const { label, role, workload, backend, machine, model, batch, time, settings, currency, withinRun, onFrontier } =
    group;
  const counted = new Set(group.counted);
  return {
    ...{ label, role, workload, backend, machine, model, batch, time, settings },
    runs: group.runs.map((run) => ({ ...runOf(run), counted: counted.has(run) })),
    ...{ currency, stdevMs: told(group.stdevMs), onFrontier },
    blocks: withinRun === null ? null : { seconds: withinRun.blockSeconds, ofSeconds: withinRun.spanSeconds },
    estimates: Object.fromEntries(Object.entries(group.estimates).map(([name, one]) => [name, estimateOf(one)])),
  };
}

function runOf({ folder, id, seed, standing, series, values, trace }: RunFacts): object {
  const numbers = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, told(value)]));
  return { folder, id, seed, sha256: trace.sha256, standing, series, values: numbers };
}

function estimateOf({ value, low, high, basis }: Estimate): unknown {
  return { value: told(value), low, high, basis };
}

function differenceOf({ metric, absolute, relative, runs, ...rest }: Difference): unknown {
  return { ...rest, metric: metric.name, absolute: spanOf(absolute), relative: spanOf(relative), runs };
}

function spanOf({ value, low, high }: Interval): unknown {
  return { value: told(value), low, high };
}

/** JSON knows neither: `"inf"` is infinite, null unknown. */
function told(value: number): number | 'inf' | null {
  if (Number.isFinite(value)) return value;
  return value === Infinity ? 'inf' : null;
}
