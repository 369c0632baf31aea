// The tables of the documents that are made from the program's own: npm run tables writes them, a test holds them.
import { readFileSync } from 'node:fs';
import { METRICS } from '../../dist/collectors/metric-table.js';
import { MEASUREMENT_ROWS } from '../../dist/metrics/measurements.js';
import { prometheusName } from '../../dist/metrics/prometheus-text.js';
import { FAILURES } from '../../dist/sample.js';

const LIMITS = {
  time: '`200ms`',
  share: '`99.9%`, `0.999`',
  'count-or-share': '`10`, `1%`',
  count: '`100`',
  money: '`5`',
  quantity: '`100`',
};

/** Pages and their table, between the two marks. */
export const TABLES = {
  'docs/thresholds.md': thresholdTable(),
  'docs/metrics.md': measurementTable(),
};

/** The page with its table as it has to be. */
export function pageWith(root, page) {
  const text = readFileSync(new URL(page, root), 'utf8');
  const [before = '', rest = ''] = text.split('<!-- made from the table of sections: npm run tables -->\n');
  const after = rest.slice(rest.indexOf('<!-- end -->'));
  return `${before}<!-- made from the table of sections: npm run tables -->\n\n${TABLES[page]}\n${after}`;
}

/** Metrics that mean the same stand in one row. */
function thresholdTable() {
  const groups = new Map();
  for (const { name, limit, is } of METRICS.values()) {
    const kind = FAILURES.find((failure) => name === `failures.${failure}`);
    const shown = kind === undefined ? name.replace('p(99)', 'p(N)') : 'failures.KIND';
    const means = kind === undefined ? is : 'requests that failed as one kind';
    const group = groups.get(means) ?? { names: new Set(), limits: new Set() };
    groups.set(means, group);
    group.names.add(`\`${shown}\``);
    group.limits.add(LIMITS[limit]);
  }
  const rows = [...groups].map(([means, { names, limits }]) => [[...names].join(', '), [...limits].join('; '), means]);
  const others = [
    ['`metrics.NAME.p(N)`, `.mean`, `.min`, `.max`, `.sum`, `.count`', LIMITS.quantity, 'a metric of the backend'],
    ['`collectors.NAME.METRIC`', LIMITS.quantity, 'a number of [a collector of your own](writing-a-collector.md)'],
  ];
  return table(['metric', 'limit', 'is'], [...rows, ...others]);
}

function measurementTable() {
  const rows = MEASUREMENT_ROWS.map((row) => [
    `\`${prometheusName(row)}\``,
    `\`${row.name}\``,
    row.unit === 's' ? `${row.kind}, s` : row.kind,
    row.help,
  ]);
  return table(['Prometheus', 'OpenTelemetry', 'kind, unit', 'what it is'], rows);
}

function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
