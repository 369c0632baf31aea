import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columnNamed, noColumn, readRows } from '../trace-file/read-rows.js';
import { readTrace } from '../trace-file/read-trace.js';
import { writeTrace } from '../trace-file/write-trace.js';
import { UserError } from '../errors.js';
import type { ArrivalChunk, ArrivalStore, ColumnValues, Trace } from '../trace.js';
import { RUN_FILES } from './run-files.js';

/** Throws `UserError` where the trace has no column of such a name. */
export function checkKeptColumns({ columns }: ArrivalStore, names: readonly string[]): void {
  const missing = names.find((name) => columnNamed(columns, name) === undefined);
  if (missing !== undefined) throw new UserError(`--keep-column: ${noColumn(missing, columns)}`);
}

/** Writes columns of a trace into the folder of its run: row i is the request with `seq` i. Nothing where none is asked for. */
export async function keepColumns(folder: string, trace: Trace, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const { name, durationMs, store } = trace;
  const all = store.columns?.columns ?? [];
  const columns = all.filter((column) => names.includes(column.name));
  const facts = { name, durationMs, columns, precision: 'ns' } as const;
  await writeTrace(
    facts,
    chunks(
      store,
      columns.map((column) => all.indexOf(column)),
    ),
    join(folder, RUN_FILES.columns),
  );
}

function* chunks(store: ArrivalStore, places: readonly number[]): Generator<ArrivalChunk> {
  for (const { atMs, columns = [] } of readRows(store))
    yield { atMs, columns: places.map((place) => columns[place] as ColumnValues) };
}

/** The store with the columns that a run kept, the caller's to close; undefined: it kept none. Throws `UserError` where they are damaged. */
export async function readKeptColumns(folder: string): Promise<ArrivalStore | undefined> {
  const path = join(folder, RUN_FILES.columns);
  if (!existsSync(path)) return undefined;
  const { store } = await readTrace(path, { spoolDir: tmpdir(), stdin: nothing() });
  return store;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
