import { printable } from '../../errors.js';
import type { CostItem, CostSection } from '../../report.js';
import { amountDigits } from '../../report/amount-digits.js';
import { figures, paragraphs } from '../../report/labelled-lines.js';

/** The bill and its items. Nothing where there is nothing to price. */
export function costText(section: CostSection): string[] {
  const { total, low, high, currency, items, sheet, reason, notes: texts, excluded, perMillionRequests } = section;
  if (items.length === 0 && excluded.length === 0) return [];
  const range = low === high ? '' : ` (${money(low)} to ${money(high)}, estimated)`;
  const values = [`${money(total)}${range}`, money(perMillionRequests), money(section.perMillionSuccesses)];
  return [
    ...figures('Cost', `[${currency}, per million requests, per million successes]`, values),
    ...paragraphs(
      '',
      [
        ...items.map(itemText),
        ...(section.coldStarts === null || section.coldStarts === 0
          ? []
          : [`of that, billed start-up: ${money(section.coldStarts)}`]),
        ...(section.scaleInTail === null || section.scaleInTail === 0
          ? []
          : [`besides, scale-in tail: ${money(section.scaleInTail)}`]),
        `prices of ${sheet}${excluded.length === 0 ? '' : `; without ${excluded.join(', ')}`}`,
        ...(reason === null ? [] : [`unknown: ${reason}`]),
        ...texts,
      ].map((text) => printable(text, 600)),
    ),
  ];
}

function itemText({ what, quantity, unit, unitPrice, cost: part, estimated }: CostItem): string {
  const mark = estimated ? ' *estimated*' : '';
  return `${what}: ${amountDigits(quantity)} ${unit}${quantity === 1 ? '' : 's'} x ${amountDigits(unitPrice)} = ${money(part)}${mark}`;
}

function money(value: number | null): string {
  return value === null ? '-' : amountDigits(value);
}
