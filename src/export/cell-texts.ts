import { isoDate } from '../text/iso-date.js';
import type { CellValue, ExportBlock, ExportColumn } from './export-column.js';

/** The values of a column as text formats show them: a time as ISO 8601 to the microsecond, in UTC. */
export function cellTexts(column: ExportColumn, block: ExportBlock): readonly CellValue[] {
  const values = column.values(block);
  return column.kind === 'time' ? values.map(isoMicros) : values;
}

/** 2026-11-30T12:00:00.123456Z. */
function isoMicros(us: CellValue): CellValue {
  if (typeof us !== 'number') return null;
  const [ms, rest] = [Math.floor(us / 1000), us % 1000];
  return isoDate(ms).replace('Z', `${String(rest).padStart(3, '0')}Z`);
}
