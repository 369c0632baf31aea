import { MS_COLUMNS, ownMetricColumn, USAGE_COLUMNS } from '../sample-log/sample-columns.js';
import { COLD_STARTS, OUTCOMES, USAGE_NAMES, type SampleBlock } from '../sample.js';
import type { ExportedRun } from './exported-run.js';

/** One column of an export. */
export interface SampleColumn {
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
}

const US_PER_MS = 1000;

/** Columns that an export has only where one of its runs has something to say in them. */
export interface MoreColumns {
  readonly usage: boolean;
  readonly payloads: boolean;
  readonly batched: boolean;
  /** Names of the metrics of the backends' own. */
  readonly metrics: readonly string[];
}

/** Those of the sample log, under the same names and in the same order, then those that follow from them and from the run. */
export function sampleColumns({ usage, payloads, batched, metrics }: MoreColumns): SampleColumn[] {
  return [
    wholeColumn('seq', ({ seq }) => seq),
    ...Object.entries(MS_COLUMNS).map(([name, key]) => numberColumn(name, (block) => block[key])),
    wordColumn('outcome', OUTCOMES, ({ outcome }) => outcome),
    wordColumn('cold_start', COLD_STARTS, ({ coldStart }) => coldStart),
    perBlock('worker', 'whole', ({ worker }) => worker),
    { name: 'detail', kind: 'text', nullable: true, values: detailTexts },
    ...(usage ? USAGE_NAMES.map((key) => numberColumn(USAGE_COLUMNS[key], (block) => block.usage?.[key])) : []),
    ...(payloads ? [wholeColumn('payload', ({ seq, payload }) => payload ?? new Uint32Array(seq.length))] : []),
    ...(batched ? [wholeColumn('invocation', ({ seq, invocation = seq }) => invocation)] : []),
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
  kind: SampleColumn['kind'],
  nullable: boolean,
  value: (block: ExportBlock, row: number) => CellValue,
): SampleColumn {
  const values = (block: ExportBlock): CellValue[] => Array.from({ length: block.rows }, (_, row) => value(block, row));
  return { name, kind, nullable, values };
}

function perBlock(name: string, kind: SampleColumn['kind'], value: (block: ExportBlock) => CellValue): SampleColumn {
  const values = (block: ExportBlock): CellValue[] => new Array<CellValue>(block.rows).fill(value(block));
  return { name, kind, nullable: false, values };
}

function wholeColumn(name: string, of: (block: ExportBlock) => Uint32Array): SampleColumn {
  return { name, kind: 'whole', nullable: false, values: (block) => Array.from(of(block).subarray(0, block.rows)) };
}

function numberColumn(name: string, of: (block: ExportBlock) => Float64Array | undefined): SampleColumn {
  const values = (block: ExportBlock): CellValue[] => {
    const column = of(block);
    if (column === undefined) return new Array<null>(block.rows).fill(null);
    return Array.from(column.subarray(0, block.rows), known);
  };
  return { name, kind: 'number', nullable: true, values };
}

function wordColumn(name: string, words: readonly string[], of: (block: SampleBlock) => Uint8Array): SampleColumn {
  const values = (block: SampleBlock): CellValue[] =>
    Array.from(of(block).subarray(0, block.rows), (code) => words[code] ?? null);
  return { name, kind: 'text', nullable: false, values };
}

function detailTexts({ details, rows }: SampleBlock): CellValue[] {
  const texts = new Array<CellValue>(rows).fill(null);
  for (const { row, text } of details) texts[row] = text;
  return texts;
}
