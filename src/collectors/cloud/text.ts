import { printable } from '../../errors.js';
import type { CloudRow, CloudSection } from '../../report.js';
import { amountDigits } from '../../report/amount-digits.js';
import { paragraphs } from '../../report/labelled-lines.js';

/** What the cloud counted. Nothing where it was not asked for. */
export function cloudText(section: CloudSection | undefined): string[] {
  if (section === undefined) return [];
  const { source, subject, window, rows, missing, notes } = section;
  const asked = window.from === '' ? [] : [`${source}: ${subject}, ${window.from} to ${window.to}`];
  return [
    ...paragraphs('Cloud', ['[what: client, cloud, difference]']),
    ...paragraphs(
      '',
      [
        ...asked,
        ...rows.map(rowText),
        ...missing.map(({ what, reason }) => `missing: ${what} (${reason})`),
        ...notes,
      ].map((text) => printable(text, 600)),
    ),
  ];
}

function rowText({ what, client, cloud, difference, unit }: CloudRow): string {
  const sign = difference !== null && difference > 0 ? '+' : '';
  const values = [amount(client), amount(cloud), `${sign}${amount(difference)}`];
  return `${what}: ${values.join(', ')} ${unit}`;
}

function amount(value: number | null): string {
  return value === null ? '-' : amountDigits(value);
}
