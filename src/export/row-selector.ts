import { packValues } from '../trace-file/column-block.js';
import type { ColumnSpec, ColumnValue, ColumnValues } from '../trace.js';
import { matchRows } from '../where/match-rows.js';
import { columnsNamed, parseWhere } from '../where/parse-where.js';
import type { ExportBlock, ExportColumn } from './export-column.js';

/** The rows of a block that are exported. */
export type RowSelector = (block: ExportBlock) => readonly number[];

/**
 * Selects rows by `--where` on the columns of the export; a column of the trace goes by its own name, too. Throws `UserError` where it
 * is no condition on them.
 */
export function rowSelector(where: string, columns: readonly ExportColumn[]): RowSelector {
  const kept = columns.filter(({ name }) => name.startsWith('column_'));
  const named = [...columns, ...kept.map((column) => ({ ...column, name: column.name.slice('column_'.length) }))];
  const specs = named.map(({ name, kind }): ColumnSpec => ({ name, type: TYPES[kind] }));
  const condition = parseWhere(where, specs);
  const used = new Set(columnsNamed(where));
  return (block) => {
    const values = named.map((column, i): ColumnValues | undefined => {
      if (!used.has(column.name)) return undefined;
      const cells = column.values(block).map((cell): ColumnValue | undefined => cell ?? undefined);
      return packValues((specs[i] as ColumnSpec).type, cells);
    });
    const holds = matchRows(condition, values, block.rows);
    return Array.from({ length: block.rows }, (_, row) => row).filter((row) => holds[row] === 1);
  };
}

const TYPES = { whole: 'number', number: 'number', time: 'number', text: 'text', flag: 'boolean' } as const;
