import { figureOf } from '../../metric.js';
import type { Report } from '../../report.js';
import { markup, type Markup } from '../../report/html/markup.js';
import { table } from '../../report/html/table.js';

/** Nothing where no collector was given. */
export function pagePart({ sections: { collectors = {} } }: Report): Markup | string {
  const entries = Object.entries(collectors);
  if (entries.length === 0) return '';
  const rows = entries.flatMap(([collector, { metrics }]) =>
    Object.entries(metrics).map(([name, { value, unit, worse }]): [string, ...string[]] => [
      `${collector}.${name}`,
      value === null ? '–' : figureOf(value, 'quantity'),
      unit ?? '',
      `${worse} is worse`,
    ]),
  );
  const failures = entries.flatMap(([, { failed }]) => (failed === null ? [] : [`Unknown: ${failed}.`]));
  return markup`<section id="collectors" aria-labelledby="collectors-h">
    <h2 id="collectors-h">Collectors of your own</h2>
    ${table({ caption: 'Numbers of the collectors that were given', head: ['', 'value', 'unit', ''], rows, words: [2, 3] })}
    ${failures.length === 0 ? '' : markup`<p class="legend">${failures.join(' ')}</p>`}
  </section>`;
}
