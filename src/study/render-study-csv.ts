import { csvField } from '../text/csv-field.js';
import type { Spread } from '../predict/spread.js';
import type { StudiedCell, StudyResult } from './study-result.js';

const NAMES = ['system', 'model', 'runtime', 'workload', 'batch', 'source', 'draws'] as const;

const SPREADS: Readonly<Record<string, (cell: StudiedCell) => Spread>> = {
  mean_ms: ({ latency }) => latency.meanMs,
  p50_ms: ({ latency }) => latency.p50Ms,
  p99_ms: ({ latency }) => latency.p99Ms,
  all_p99_ms: ({ latency }) => latency.allP99Ms,
  success_ratio: ({ successRatio }) => successRatio,
  usd: ({ cost }) => cost.usd,
  usd_with_request_fee: ({ cost }) => cost.usdWithRequestFee,
  instances_created: ({ instances }) => instances.created,
  instances_peak: ({ instances }) => instances.peak,
  cold_starts: ({ coldStarts }) => coldStarts.count,
  cold_start_mean_ms: ({ coldStarts }) => coldStarts.meanMs,
};

/** study.csv: a row for each cell; three columns for each number, empty where it is infinite or unknown. */
export function renderStudyCsv({ cells }: StudyResult): string {
  const head = [...NAMES, ...Object.keys(SPREADS).flatMap((name) => [name, `${name}_low`, `${name}_high`]), 'cost_floor_only', 'meets_slo', 'flags', 'refused', 'run']; // prettier-ignore
  return [head, ...cells.map(rowOf)].map((row) => `${row.map(csvField).join(',')}\n`).join('');
}

function rowOf(cell: StudiedCell): string[] {
  const number = (value: number | null): string => (value === null ? '' : String(value));
  return [
    ...NAMES.map((name) => String(cell[name])),
    ...Object.values(SPREADS).flatMap((of) => {
      const { median, low, high } = of(cell);
      return [number(median), number(low), number(high)];
    }),
    String(cell.cost.floorOnly),
    number(cell.meetsSlo),
    cell.flags.join('; '),
    cell.refused ?? '',
    cell.run ?? '',
  ];
}
