import type { Writable } from 'node:stream';
import { diskTrouble } from '../host/disk-trouble.js';
import { printable, UserError } from '../errors.js';
import { readSamples, type LogEnd } from '../run-folder/read-samples.js';
import { COLUMN_NAMES, layoutOf, type SampleLayout } from '../sample-log/columns.js';
import { writeWholeFile } from '../host/whole-file.js';
import { closeArrivals } from '../trace-file/arrival-store.js';
import { arrivalValues } from '../trace-file/arrival-values.js';
import type { ArrivalStore, ColumnSpec } from '../trace.js';
import { readKeptColumns } from '../run-folder/keep-columns.js';
import { rowSelector, type RowSelector } from './row-selector.js';
import { csvText } from './csv-text.js';
import { exportedRun, type ExportedRun } from './exported-run.js';
import { jsonLines } from './json-lines.js';
import { parquetBytes } from './parquet-bytes.js';
import { exportColumns, type ExportBlock } from './export-column.js';

const FORMATS = { csv: csvText, jsonl: jsonLines, parquet: parquetBytes } as const;
export type ExportFormat = keyof typeof FORMATS;

export interface Exported {
  readonly rows: number;
  /** A sentence for each run of which rows are missing, with its folder. */
  readonly missing: readonly string[];
  /** The reader of the stream went away before the end. */
  readonly cut: boolean;
}

/**
 * The samples of runs, one row for each request (with `where`, of those that fulfil the condition), run by run in the order of the logs; memory does not grow with their number.
 * Throws `UserError` when a folder holds no run, a log is damaged, or the disk refuses.
 */
export async function exportSamples(
  folders: readonly string[],
  format: ExportFormat,
  to: string | Writable,
  stop: AbortSignal,
  where?: string,
): Promise<Exported> {
  const stores: ArrivalStore[] = [];
  try {
    const runs: ExportedRun[] = [];
    for (const folder of folders) runs.push(await withKept(exportedRun(folder), stores));
    const columns = exportColumns(await layoutOfAll(runs), keptOfAll(runs));
    const select = where === undefined ? undefined : rowSelector(where, columns);
    const counted = { rows: 0, missing: [] as string[] };
    const pieces = FORMATS[format](blocksOf(runs, counted, stop, select), columns);
    const whole = typeof to === 'string' ? await filed(pieces, to) : await poured(pieces, to);
    return { ...counted, cut: !whole };
  } finally {
    for (const store of stores) closeArrivals(store);
  }
}

/** With the columns that the run kept; their store goes to `stores`, to be closed. */
async function withKept(run: ExportedRun, stores: ArrivalStore[]): Promise<ExportedRun> {
  const store = await readKeptColumns(run.folder);
  if (store === undefined) return run;
  stores.push(store);
  const { columns } = store;
  return columns === undefined ? run : { ...run, kept: { columns: columns.columns, ...arrivalValues(columns) } };
}

/** A column that one of the runs kept, all rows get; of texts where the runs differ. */
function keptOfAll(runs: readonly ExportedRun[]): readonly ColumnSpec[] {
  const kept = new Map<string, ColumnSpec>();
  for (const { name, type } of runs.flatMap((run) => run.kept?.columns ?? [])) {
    const before = kept.get(name);
    kept.set(name, { name, type: before === undefined || before.type === type ? type : 'text' });
  }
  return [...kept.values()];
}

/** A column that one of the logs has, all rows get. */
async function layoutOfAll(runs: readonly ExportedRun[]): Promise<SampleLayout> {
  const layouts = await Promise.all(runs.map(layoutOfLog));
  return {
    columns: COLUMN_NAMES.filter((name) => layouts.some(({ columns }) => columns.includes(name))),
    metrics: [...new Set(runs.flatMap(({ metrics }) => metrics))],
  };
}

async function layoutOfLog({ folder }: ExportedRun): Promise<SampleLayout> {
  let found: SampleLayout = layoutOf({});
  const blocks = readSamples(folder, { onLayout: (layout) => (found = layout) })[Symbol.asyncIterator]();
  await blocks.next();
  await blocks.return(undefined);
  return found;
}

async function* blocksOf(
  runs: readonly ExportedRun[],
  counted: { rows: number; readonly missing: string[] },
  stop: AbortSignal,
  select?: RowSelector,
): AsyncGenerator<ExportBlock, undefined> {
  for (const run of runs) {
    const onEnd = (end: LogEnd): void => {
      const why = whyMissing(run, end);
      if (why !== undefined) counted.missing.push(`${printable(run.folder)}: ${why}`);
    };
    for await (const block of readSamples(run.folder, { onEnd })) {
      stop.throwIfAborted();
      const whole = { ...block, run };
      const rows = select?.(whole);
      const part = rows === undefined ? whole : { ...whole, rows: rows.length, selected: { of: whole, rows } };
      counted.rows += part.rows;
      if (part.rows > 0) yield part;
    }
  }
}

async function filed(pieces: AsyncIterable<Uint8Array | string>, path: string): Promise<true> {
  try {
    await writeWholeFile(path, pieces);
    return true;
  } catch (thrown) {
    const trouble = diskTrouble(thrown);
    throw trouble === undefined ? thrown : new UserError(`${printable(path)}: ${trouble}`);
  }
}

function whyMissing({ lostRows }: ExportedRun, { truncated, damaged }: LogEnd): string | undefined {
  if (lostRows > 0) return `the disk did not take ${String(lostRows)} rows of the run; they are missing`;
  if (damaged) return 'a part of the sample log is damaged; its rows are missing';
  return truncated ? 'the run was killed; the rows that it had not written yet are missing' : undefined;
}

/** Waits until the stream has taken each piece. False: its reader went away. */
async function poured(pieces: AsyncIterable<Uint8Array | string>, stream: Writable): Promise<boolean> {
  for await (const piece of pieces) {
    const error = await new Promise<Error | null | undefined>((resolve) => stream.write(piece, resolve));
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return false;
    if (error instanceof Error) throw error;
  }
  return true;
}
