import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';
import type { Distribution } from '../report.js';
import type { StoredReport } from '../run-folder/report-shape.js';

/** A number of a run that runs are compared by. */
export interface Metric {
  readonly name: string;
  readonly unit: 'ms' | 'ratio' | 'money' | 'count';
  /** The direction that is worse. */
  readonly worse: 'more' | 'less';
  /** Infinity: among requests that never succeed; NaN: unknown. */
  readonly of: (sections: StoredReport['sections']) => number;
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
    unit: 'ms',
    worse: 'more',
    of: ({ latency: sections }) => latencyOf(sections[what], field, what === 'all'),
  }));
}

/** Of all requests, a percentile that is null lies among those that never succeed. */
function latencyOf(
  distribution: Distribution,
  field: (typeof STATISTICS)[keyof typeof STATISTICS],
  all: boolean,
): number {
  const value = distribution[field];
  return value ?? (all && distribution.count > 0 ? Infinity : NaN);
}

function lateness(statistic: string, field: 'p50Ms' | 'p99Ms' | 'maxMs'): Metric {
  const of: Metric['of'] = ({ health }) => health.lateness[field] ?? NaN;
  return { name: `lateness.${statistic}`, unit: 'ms', worse: 'more', of };
}

function cost(field: 'total' | 'perMillionRequests' | 'perMillionSuccesses'): Metric {
  const of: Metric['of'] = (sections) => (isPriced(sections) ? (sections.cost[field] ?? NaN) : NaN);
  return { name: `cost.${field}`, unit: 'money', worse: 'more', of };
}

/** A backend without prices, on no machine, has no known cost. */
export function isPriced({ cost: { items } }: StoredReport['sections']): boolean {
  return items.length > 0;
}

/** Every name that `--fail-if` and `--frontier` know. */
export const METRICS: readonly Metric[] = [
  ...latency('all'),
  ...latency('response'),
  ...latency('service'),
  lateness('p(50)', 'p50Ms'),
  lateness('p(99)', 'p99Ms'),
  lateness('max', 'maxMs'),
  { name: 'success', unit: 'ratio', worse: 'less', of: ({ outcomes }) => outcomes.successRatio ?? NaN },
  cost('total'),
  cost('perMillionRequests'),
  cost('perMillionSuccesses'),
  {
    name: 'coldStarts',
    unit: 'count',
    worse: 'more',
    of: ({ coldStarts: { count, known } }) => (known > 0 ? count : NaN),
  },
  { name: 'instances', unit: 'count', worse: 'more', of: ({ coldStarts }) => coldStarts.instancesSeen ?? NaN },
];

/** What other reports call some of them. */
const TRANSLATIONS: readonly (readonly [RegExp, string])[] = [
  [/^(errors?|error_?rate|failures?|failed|checks|success_?rate)$/i, 'success'],
  [/^(latency|duration|http_req_duration|response_?time)\b/i, 'response'],
  [/\bavg$/i, 'mean'],
  [/\bmed(ian)?$/i, 'p(50)'],
  [/\bp(\d\d)(\d?)$/i, 'p($1.$2)'],
  [/\.\)$/, ')'],
  [/^(p\(|mean$)/i, 'all.$1'],
  [/^cost$/i, 'cost.total'],
];

function translated(name: string): string {
  return TRANSLATIONS.reduce((text, [theirs, ours]) => text.replace(theirs, ours), name.slice(0, 64));
}

/** Throws `UserError` that suggests the nearest. */
export function metricOf(name: string): Metric {
  const found = METRICS.find((metric) => metric.name === name);
  if (found !== undefined) return found;
  const names = METRICS.map((metric) => metric.name);
  const near = nearest(translated(name), names);
  const hint = near === undefined ? `give one of ${names.join(', ')}` : `did you mean ${near}?`;
  throw new UserError(`there is no metric ${printable(name, 40)}; ${hint}`);
}
