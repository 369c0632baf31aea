import { isNumber, numbersOf, valuesOf } from '../column-values.js';
import { columnOf, ownMetricColumn, type SampleColumnName, type SampleLayout } from '../sample-log/columns.js';
import type { SampleBlock } from '../sample.js';
import { textOf } from '../trace-file/csv-value.js';
import type { ColumnSpec } from '../trace.js';
import type { ExportedRun } from './exported-run.js';

/** One column of an export. */
export interface ExportColumn {
  readonly name: string;
  /** time: microseconds since 1970, UTC, as a number. */
  readonly kind: 'whole' | 'number' | 'text' | 'time' | 'flag';
  /** Whether a row may have none. */
  readonly nullable: boolean;
  /** The values of a block, one for each row. */
  values(block: ExportBlock): readonly CellValue[];
}

export type CellValue = number | string | boolean | null;

/** Samples of one of the runs. */
export interface ExportBlock extends SampleBlock {
  readonly run: ExportedRun;
  /** Of which only these rows are exported. */
  readonly selected?: { readonly of: ExportBlock; readonly rows: readonly number[] };
}

const US_PER_MS = 1000;

/** Those of the sample logs, under the same names and in the same order, then those that follow from them and from the run, then those that it kept of its trace. */
export function exportColumns({ columns, metrics }: SampleLayout, kept: readonly ColumnSpec[] = []): ExportColumn[] {
  return [...ofSamples({ columns, metrics }), ...kept.map(keptColumn)].map(ofSelected);
}

/** A column of the trace that the run kept; what is not a number or a flag is a text. */
function keptColumn({ name, type }: ColumnSpec): ExportColumn {
  const kind = type === 'number' ? 'number' : type === 'boolean' ? 'flag' : 'text';
  const value = ({ run, seq }: ExportBlock, row: number): CellValue => {
    const found = run.kept?.of(name, seq[row] as number) ?? null;
    return kind === 'text' && found !== null ? textOf(found) : (found as CellValue);
  };
  return perRow(`column_${name}`, kind, true, value);
}

function ofSelected(column: ExportColumn): ExportColumn {
  const values = (block: ExportBlock): readonly CellValue[] => {
    if (block.selected === undefined) return column.values(block);
    const all = column.values(block.selected.of);
    return block.selected.rows.map((row) => all[row] ?? null);
  };
  return { ...column, values };
}

function ofSamples({ columns, metrics }: SampleLayout): ExportColumn[] {
  return [
    ...columns.map(logColumn),
    ...metrics.map((name) =>
      numberColumn(ownMetricColumn(name), (block) => block.metrics?.[block.run.metrics.indexOf(name)]),
    ),
    perRow('response_ms', 'number', true, responseMs),
    perRow('service_ms', 'number', true, serviceMs),
    perRow('warmup', 'flag', false, ({ dueMs, run }, row) => (dueMs[row] as number) < run.warmupMs),
    perRow('due_at', 'time', true, dueAtUs),
    perBlock('run', 'text', ({ run }) => run.folder),
    perBlock('system', 'text', ({ run }) => run.system),
  ];
}

function logColumn(name: SampleColumnName): ExportColumn {
  const { log, words } = columnOf(name);
  if (name === 'details') return { name: log, kind: 'text', nullable: true, values: detailTexts };
  if (isNumber(name)) return numberColumn(log, (block) => numbersOf(block, name));
  const codes = (block: ExportBlock): number[] => Array.from(valuesOf(block, name).subarray(0, block.rows));
  if (words === undefined) return { name: log, kind: 'whole', nullable: false, values: codes };
  const texts = (block: ExportBlock): CellValue[] => codes(block).map((code) => words[code] ?? null);
  return { name: log, kind: 'text', nullable: false, values: texts };
}

/** As the report defines it: of a success. */
function responseMs({ outcome, doneMs, dueMs }: ExportBlock, row: number): CellValue {
  return outcome[row] === 0 ? known((doneMs[row] as number) - (dueMs[row] as number)) : null;
}

/** The same; from the hand-over where the first byte was not seen. */
function serviceMs({ outcome, doneMs, sentMs, handedMs }: ExportBlock, row: number): CellValue {
  if (outcome[row] !== 0) return null;
  const sent = sentMs[row] as number;
  return known((doneMs[row] as number) - (Number.isNaN(sent) ? (handedMs[row] as number) : sent));
}

function dueAtUs({ dueMs, run: { dueZeroMs } }: ExportBlock, row: number): CellValue {
  return dueZeroMs === null ? null : Math.round((dueZeroMs + (dueMs[row] as number)) * US_PER_MS);
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function perRow(
  name: string,
  kind: ExportColumn['kind'],
  nullable: boolean,
  value: (block: ExportBlock, row: number) => CellValue,
): ExportColumn {
  const values = (block: ExportBlock): CellValue[] => Array.from({ length: block.rows }, (_, row) => value(block, row));
  return { name, kind, nullable, values };
}

function perBlock(name: string, kind: ExportColumn['kind'], value: (block: ExportBlock) => CellValue): ExportColumn {
  const values = (block: ExportBlock): CellValue[] => new Array<CellValue>(block.rows).fill(value(block));
  return { name, kind, nullable: false, values };
}

function numberColumn(name: string, of: (block: ExportBlock) => Float64Array | undefined): ExportColumn {
  const values = (block: ExportBlock): CellValue[] => {
    const column = of(block);
    if (column === undefined) return new Array<null>(block.rows).fill(null);
    return Array.from(column.subarray(0, block.rows), known);
  };
  return { name, kind: 'number', nullable: true, values };
}

function detailTexts({ details, rows }: SampleBlock): CellValue[] {
  const texts = new Array<CellValue>(rows).fill(null);
  for (const { row, text } of details) texts[row] = text;
  return texts;
}
