import { printable } from '../../errors.js';
import { figureOf } from '../../metric.js';
import type { Report } from '../../report.js';
import { figures, paragraphs } from '../../report/labelled-lines.js';

/** A line for each collector of the user's own. */
export function customText({ sections: { collectors = {} } }: Report): string[] {
  return Object.entries(collectors).flatMap(([name, { metrics, failed }], i) => {
    const entries = Object.entries(metrics);
    const what = entries.map(([metric, { unit }]) => (unit === null ? metric : `${metric} in ${unit}`)).join(', ');
    const values = entries.map(([, { value }]) => (value === null ? '-' : figureOf(value, 'quantity')));
    return [
      ...figures(i === 0 ? 'Collectors' : '', printable(`${name} [${what}]`, 600), values),
      ...(failed === null ? [] : paragraphs('', [printable(`unknown: ${failed}`, 600)])),
    ];
  });
}
