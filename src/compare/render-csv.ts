import { csvField } from '../text/csv-field.js';
import type { Comparison, Group } from './comparison.js';
import { estimate } from './tables.js';
import { COMPARED_METRICS } from '../collectors/metric-table.js';

/** A row for each system, model and workload; every metric with its interval. Empty: unknown; `inf`: infinite. */
export function renderCompareCsv({ groups }: Comparison): string {
  const intervals = COMPARED_METRICS.flatMap(({ name }) => [name, `${name}.low95`, `${name}.high95`]);
  const head = ['workload', 'model', 'system', 'role', 'backend', 'machine', 'batch', 'runs', 'counted', 'basis', 'response.stdev', 'currency', 'frontier', ...intervals]; // prettier-ignore
  return [head, ...groups.map(cellsOf)].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

function cellsOf(group: Group): (string | number)[] {
  const { workload, model, label, role, backend, machine, batch, runs, counted, stdevMs, currency, onFrontier } = group;
  return [
    ...[workload, model ?? '', label, role ?? '', backend, machine ?? '', batch, runs.length, counted.length],
    estimate(group, 'response.mean').basis,
    ...[stdevMs, currency ?? '', onFrontier === null ? '' : String(onFrontier)],
    ...COMPARED_METRICS.flatMap(({ name }) => {
      const { value, low, high } = estimate(group, name);
      return [value, low ?? NaN, high ?? NaN];
    }),
  ];
}

function cellOf(cell: string | number): string {
  if (typeof cell === 'number') return Number.isNaN(cell) ? '' : Number.isFinite(cell) ? String(cell) : 'inf';
  return csvField(cell);
}
