import type { Report } from '../../report.js';
import { amountText } from '../../report/html/figure-text.js';
import { markup, type Markup } from '../../report/html/markup.js';
import { table } from '../../report/html/table.js';

/** What the cloud counted. Nothing where it was not asked for. */
export function pagePart({ sections: { cloud } }: Report): Markup | string {
  if (cloud === undefined) return '';
  const { source, subject, window, rows, missing, notes } = cloud;
  return markup`<section id="cloud" aria-labelledby="cloud-h">
    <h2 id="cloud-h">What the cloud counted</h2>
    ${table({
      caption: window.from === '' ? source : `${source}: ${subject}, ${window.from} to ${window.to}`,
      head: ['', 'client', 'cloud', 'difference', 'unit'],
      rows: rows.map(({ what, client, cloud: counted, difference, unit }) => [
        what,
        amountText(client),
        amountText(counted),
        amountText(difference),
        unit,
      ]),
      words: [4],
    })}
    <p class="legend">
      Difference is cloud − client. ${notes.join(' ')}
      ${missing.map(({ what, reason }) => `Missing: ${what} (${reason}).`).join(' ')}
    </p>
  </section>`;
}
