import type { CostSection, Report } from '../../report.js';
import { amountText } from '../../report/html/figure-text.js';
import { markup, type Markup } from '../../report/html/markup.js';
import { plotPlace } from '../../report/html/plot-place.js';
import { table } from '../../report/html/table.js';

/** The bill. Nothing where there is nothing to price. */
export function pagePart({ sections: { cost, timeline } }: Report): Markup | string {
  const plotted = timeline.seconds.some((second) => (second.cost ?? 0) > 0);
  if (cost.items.length === 0 && cost.excluded.length === 0) return '';
  return markup`<section id="cost" aria-labelledby="cost-h">
    <h2 id="cost-h">Cost</h2>
    ${plotted ? plotPlace('cost', 'Cost over time', 'Of the requests due in each second, and of what was provisioned during it, as a rate per hour.') : ''}
    ${items(cost)} ${sums(cost)}
    <p class="legend">${told(cost).join(' ')}</p>
  </section>`;
}

function items({ items: all, currency }: CostSection): Markup | string {
  if (all.length === 0) return '';
  return table({
    caption: `Items, in ${currency}`,
    head: ['', 'quantity', 'unit', 'unit price', 'cost', ''],
    rows: all.map(({ what, quantity, unit, unitPrice, cost, estimated }) => [
      what,
      amountText(quantity),
      unit,
      amountText(unitPrice),
      amountText(cost),
      estimated ? 'estimated' : '',
    ]),
    words: [2, 5],
  });
}

function sums({
  total,
  low,
  high,
  perMillionRequests,
  perMillionSuccesses,
  coldStarts,
  scaleInTail,
  currency,
}: CostSection): Markup {
  const rows: [string, number | null][] = [
    ['Total', total],
    ...(low === high ? [] : ([['At least', low], ['At most', high]] as [string, number | null][])), // prettier-ignore
    ['Per million requests', perMillionRequests],
    ['Per million successes', perMillionSuccesses],
    ['Of the total, billed start-up', coldStarts],
    ['Besides, scale-in tail', scaleInTail],
  ];
  const caption = `Sums, in ${currency}`;
  return table({ caption, head: ['', currency], rows: rows.map(([name, value]) => [name, amountText(value)]) });
}

function told({ sheet, excluded, reason, notes }: CostSection): string[] {
  return [
    `Prices of ${sheet}${excluded.length === 0 ? '' : `; without ${excluded.join(', ')}`}.`,
    ...(reason === null ? [] : [`Unknown: ${reason}.`]),
    ...notes,
  ];
}
