import { figureOf } from '../../metric.js';
import type { Report } from '../../report.js';
import { plain, table } from '../../report/markdown.js';

/** Nothing where there is nothing to price. */
export function costMarkdown({ sections: { cost: of } }: Report): string {
  if (of.items.length === 0 && of.excluded.length === 0) return '';
  const money = (amount: number | null): string => (amount === null ? '-' : figureOf(amount, 'money'));
  const head = [`Cost (${plain(of.currency)})`, 'low', 'high', 'per million requests', 'per million successes'];
  const row = [of.total, of.low, of.high, of.perMillionRequests, of.perMillionSuccesses].map(money);
  const reason = of.reason === null ? '' : `\n\nUnknown: ${plain(of.reason)}.`;
  return `${table(head, [row])}\n\nPrices of ${plain(of.sheet)}.${reason}`;
}
