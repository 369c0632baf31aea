import { figureBeside } from '../../metric.js';
import type { Report } from '../../report.js';
import type { Judged } from './slo-banner.js';
import type { Markup } from './markup.js';
import { table } from './table.js';

/** Nothing where nothing was asked. */
export function thresholdsPart({ sections: { thresholds = [] } }: Report): Markup | string {
  if (thresholds.length === 0) return '';
  return table({
    caption: 'Thresholds',
    head: ['', 'result', 'actual', 'why'],
    rows: thresholds.map(({ text, actual, limit, unit, ok, why, decided }: Judged) => [
      text,
      decided === false ? 'undecided' : ok ? 'ok' : 'failed',
      actual === null ? (why?.includes('infinite') === true ? '∞' : '–') : figureBeside(actual, limit, unit),
      why ?? '',
    ]),
    words: [1, 3],
  });
}
