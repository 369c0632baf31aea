import type { ArrivalChunk, ArrivalStore } from '../trace.js';
import type { StoredArrivals } from './arrival-store.js';
import { pickRows } from './pick-rows.js';
import { readRows } from './read-rows.js';
import { rowsWriter } from './rows-writer.js';

/** Takes some rows of a chunk, and may give them other times and payloads; undefined: none of them. */
export type PickRows = (chunk: ArrivalChunk) => PickedRows | undefined;

export interface PickedRows {
  /** Ascending. */
  readonly rows: Uint32Array;
  /** Of each row; absent: as they were. */
  readonly atMs?: Float64Array;
  readonly payload?: Uint32Array;
}

/** A store of the rows that are picked; the one given is left as it is, to be closed by anyone who owns it. Throws `UserError` where the disk is full. */
export function selectRows(store: ArrivalStore, pick: PickRows, spoolDir: string): StoredArrivals {
  const writer = rowsWriter({ spoolDir, columns: store.columns?.columns ?? [] });
  try {
    for (const chunk of readRows(store)) {
      const picked = pick(chunk);
      if (picked !== undefined && picked.rows.length > 0) writer.appendChunk(pickedChunk(chunk, picked));
    }
    return withIgnored(writer.finish(), store);
  } catch (thrown) {
    writer.discard();
    throw thrown;
  }
}

function pickedChunk({ atMs, payload, columns }: ArrivalChunk, picked: PickedRows): ArrivalChunk {
  const { rows } = picked;
  const payloads = picked.payload ?? (payload && Uint32Array.from(rows, (row) => payload[row] as number));
  return {
    atMs: picked.atMs ?? Float64Array.from(rows, (row) => atMs[row] as number),
    ...(payloads === undefined ? {} : { payload: payloads }),
    ...(columns === undefined ? {} : { columns: columns.map((column) => pickRows(column, rows)) }),
  };
}

/** What was left out of the file is left out of each part of it. */
function withIgnored(stored: StoredArrivals, { columns }: ArrivalStore): StoredArrivals {
  const { store } = stored;
  if (columns === undefined || store.columns === undefined) return stored;
  return { ...stored, store: { ...store, columns: { ...store.columns, ignored: columns.ignored } } };
}
