import { comparedNamed, COMPARED_METRICS, type ComparedMetric } from '../collectors/metric-table.js';
import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';

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
export function metricOf(name: string): ComparedMetric {
  const found = comparedNamed(name);
  if (found !== undefined) return found;
  const names = COMPARED_METRICS.map((metric) => metric.name);
  const near = nearest(translated(name), names);
  const hint = near === undefined ? `give one of ${names.join(', ')}` : `did you mean ${near}?`;
  throw new UserError(`there is no metric ${printable(name, 40)}; ${hint}`);
}
