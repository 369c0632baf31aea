import { printable, UserError } from '../errors.js';
import { nearest } from '../nearest.js';

/** A number of a run that runs are compared by. */
export interface Metric {
  readonly name: string;
  /** Where report.json holds it, below `sections`. */
  readonly path: string;
  readonly unit: 'ms' | 'ratio' | 'money' | 'count';
  /** The direction that is worse. */
  readonly worse: 'more' | 'less';
  /** Null in the report means: among requests that take for ever. */
  readonly endless?: true;
}

const STATISTICS = {
  mean: 'meanMs',
  'p(50)': 'p50Ms',
  'p(90)': 'p90Ms',
  'p(95)': 'p95Ms',
  'p(99)': 'p99Ms',
  'p(99.9)': 'p999Ms',
} as const;

function latency(what: 'all' | 'response' | 'service'): Metric[] {
  return Object.entries(STATISTICS).map(([statistic, field]) => ({
    name: `${what}.${statistic}`,
    path: `latency.${what}.${field}`,
    unit: 'ms',
    worse: 'more',
    ...(what === 'all' ? { endless: true as const } : {}),
  }));
}

/** Every name that `--fail-if` and `--frontier` know. */
export const METRICS: readonly Metric[] = [
  ...latency('all'),
  ...latency('response'),
  ...latency('service'),
  { name: 'lateness.p(50)', path: 'health.lateness.p50Ms', unit: 'ms', worse: 'more' },
  { name: 'lateness.p(99)', path: 'health.lateness.p99Ms', unit: 'ms', worse: 'more' },
  { name: 'lateness.max', path: 'health.lateness.maxMs', unit: 'ms', worse: 'more' },
  { name: 'success', path: 'outcomes.successRatio', unit: 'ratio', worse: 'less' },
  { name: 'cost.total', path: 'cost.total', unit: 'money', worse: 'more' },
  { name: 'cost.perMillionRequests', path: 'cost.perMillionRequests', unit: 'money', worse: 'more' },
  { name: 'cost.perMillionSuccesses', path: 'cost.perMillionSuccesses', unit: 'money', worse: 'more' },
  { name: 'coldStarts', path: 'coldStarts.count', unit: 'count', worse: 'more' },
  { name: 'instances', path: 'coldStarts.instancesSeen', unit: 'count', worse: 'more' },
];

/** Throws `UserError` that suggests the nearest. */
export function metricOf(name: string): Metric {
  const found = METRICS.find((metric) => metric.name === name);
  if (found !== undefined) return found;
  const names = METRICS.map((metric) => metric.name);
  const near = nearest(name, names);
  const hint = near === undefined ? `one of ${names.join(', ')}` : `did you mean ${near}?`;
  throw new UserError(`there is no metric ${printable(name, 40)}; ${hint}`);
}
