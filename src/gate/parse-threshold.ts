import { printable, UserError } from '../errors.js';
import { metricNamed, METRICS } from '../collectors/metric-table.js';
import { ANY_PERCENTILE, unitOf, type LimitKind, type MetricRow, type MetricUnit } from '../metric.js';
import { nearest } from '../text/nearest.js';
import type { Operator, Threshold } from './threshold.js';

const MOST_CHARACTERS = 200;

/**
 * Reads `metric operator limit`, such as `all.p(99)<200ms`: k6's grammar with the names of report.json. A bare number is
 * a part of 1 for a share; a time needs its unit. Throws `UserError` that says what to give, with the nearest metric.
 */
export function parseThreshold(given: string): Threshold {
  const text = given.replace(/\s+/g, '');
  const [, name, operator, limit] = /^([^<>=!]*)(<=|>=|<|>)([^<>=!]*)$/.exec(text) ?? [];
  if (text.length > MOST_CHARACTERS || !name || operator === undefined || !limit)
    throw wrong(given, 'give a metric, one of < <= > >=, and a limit, such as all.p(99)<200ms or success>99.9%');
  const { row, p } = metricAsked(name, given);
  const { value, unit } = limitOf(limit, row.limit, given);
  const as = unit === 'share' ? 'share' : 'count';
  const trend = unit === 'share' ? 'either way' : row.trend;
  return { text, metric: row.asked({ p, as }), trend, operator: operator as Operator, limit: value, unit };
}

/** All of them, each once. */
export function parseThresholds(given: readonly string[]): readonly Threshold[] {
  const byText = new Map(given.map(parseThreshold).map((threshold) => [threshold.text, threshold]));
  return [...byText.values()];
}

function wrong(given: string, why: string): UserError {
  return new UserError(`threshold '${printable(given, 80)}': ${why}`);
}

const PERCENTILE = /\bp\(([^()]*)\)$/;

function metricAsked(name: string, given: string): { readonly row: MetricRow; readonly p: number } {
  const asked = PERCENTILE.exec(name)?.[1];
  const p = asked !== undefined && /^\d+(\.\d+)?$/.test(asked) ? Number(asked) : NaN;
  const row = metricNamed(name.replace(PERCENTILE, ANY_PERCENTILE));
  if (row === undefined) throw wrong(given, `there is no metric ${printable(name, 60)}; ${suggestion(name)}`);
  if (asked !== undefined && !(p > 0 && p < 100))
    throw wrong(given, 'p(N) needs a number above 0 and below 100; the ends are min and max');
  return { row, p };
}

/** k6 and this report call some things differently. */
const TRANSLATIONS: readonly (readonly [RegExp, string])[] = [
  [/\bavg$/, 'mean'],
  [/\bmed(ian)?$/, 'p(50)'],
  [/\bp(\d\d)(Ms)?$/, 'p($1)'],
  [/\bp(\d\d)(\d+)(Ms)?$/, 'p($1.$2)'],
  [/(mean|min|max|stdev)Ms$/, '$1'],
  [/^http_req_duration/, 'response'],
  [/^http_req_failed.*/, 'failures'],
  [/^(errors?|error_?rate|failed|failure_?rate|fails?)$/i, 'failures'],
  [/^(checks|successes|success_?rate|ok)$/i, 'success'],
  [/^(latency|duration|response_?time)\b/i, 'response'],
  [/^dropped(_iterations)?$/, 'unsent'],
  [/^(lag|late)\b/, 'lateness'],
  [/^(p\(|mean$|min$|max$|stdev$|count$)/, 'all.$1'],
];

function suggestion(name: string): string {
  const ours = TRANSLATIONS.reduce((text, [theirs, replaced]) => text.replace(theirs, replaced), name.slice(0, 64));
  const percentile = PERCENTILE.exec(ours)?.[0];
  const near = nearest(ours.replace(PERCENTILE, ANY_PERCENTILE), [...METRICS.keys()]);
  if (near === undefined) return 'give one such as all.p(99), response.mean, success, failures.timeout, cost.total';
  return `did you mean ${percentile === undefined ? near : near.replace(ANY_PERCENTILE, percentile)}?`;
}

interface Limit {
  readonly value: number;
  readonly unit: MetricUnit;
}

/** Decimal exponents: a limit is the number nearest to what was written (99.9% is 0.999), so that `>=` means it. */
const SCALE: Readonly<Record<string, string>> = { us: 'e-3', µs: 'e-3', ms: '', s: 'e3', '%': 'e-2' };
const SUFFIXES: Readonly<Record<LimitKind, readonly string[]>> = {
  time: ['us', 'µs', 'ms', 's', 'm'],
  share: ['', '%'],
  'count-or-share': ['', '%'],
  count: [''],
  money: [''],
  quantity: [''],
};
const EXAMPLES: Readonly<Record<LimitKind, string>> = {
  time: 'give a time such as 200ms, 1.5s or 800us',
  share: 'give a share such as 99.9% or 0.999',
  'count-or-share': 'give a number of requests such as 10, or a share such as 1%',
  count: 'give a number of requests such as 10',
  money: 'give an amount such as 5, without its currency: it is that of the price sheet',
  quantity: 'give a plain number such as 100, in the unit of the metric',
};

function limitOf(text: string, kind: LimitKind, given: string): Limit {
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?|\.\d+)(\D*)$/.exec(text) ?? [];
  const value = Number(`${digits ?? 'none'}${SCALE[suffix] ?? ''}`) * (suffix === 'm' ? 60_000 : 1);
  const unit = unitOf(kind, suffix === '%' ? 'share' : 'count');
  if (kind === 'time' && digits !== undefined && suffix === '')
    throw wrong(given, `say the unit: ${digits}ms or ${digits}s`);
  if (!SUFFIXES[kind].includes(suffix) || !Number.isFinite(value) || (unit === 'share' && value > 1))
    throw wrong(given, EXAMPLES[kind]);
  return { value, unit };
}
