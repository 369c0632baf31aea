import { figureOf } from '../../metric.js';
import type { Report } from '../../report.js';
import { countText } from '../../report/html/figure-text.js';
import { markup, type Markup } from '../../report/html/markup.js';
import { table } from '../../report/html/table.js';

/** Nothing where the backend declares no metrics of its own. */
export function pagePart({ sections: { metrics = [] } }: Report): Markup | string {
  if (metrics.length === 0) return '';
  const text = (value: number | null): string => (value === null ? '–' : figureOf(value, 'quantity'));
  return markup`<section id="own-metrics" aria-labelledby="own-metrics-h">
    <h2 id="own-metrics-h">Metrics of the backend</h2>
    ${table({
      caption: 'Measured by the backend itself, over the requests due after the warm-up that have a value',
      head: ['', 'unit', 'requests', 'mean', 'min', 'p50', 'p90', 'p99', 'max', 'sum'],
      rows: metrics.map(({ name, unit, count, mean, min, p50, p90, p99, max, sum }) => [
        name,
        unit ?? '',
        countText(count),
        ...[mean, min, p50, p90, p99, max, sum].map(text),
      ]),
      words: [1],
    })}
  </section>`;
}
