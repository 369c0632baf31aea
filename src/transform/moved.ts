import { ArrivalSorter } from '../import/arrival-sorter.js';
import { ChunkBuilder, type SortedChunk } from '../import/chunk-builder.js';
import type { ColumnSpec } from '../trace.js';

/** The new time of an arrival, ms; NaN: it is left out. */
export type Move = (atMs: number, row: number, chunk: SortedChunk) => number;

/** The arrivals that `move` keeps, at their new times, which must not fall. `move`: made for each reading, so that draws repeat. */
export function moved(
  chunks: () => Iterable<SortedChunk>,
  columns: readonly ColumnSpec[],
  move: () => Move,
): () => Iterable<SortedChunk> {
  return () => ({ [Symbol.iterator]: () => moving(chunks(), columns, move()) });
}

function* moving(chunks: Iterable<SortedChunk>, columns: readonly ColumnSpec[], move: Move): Generator<SortedChunk> {
  const builder = new ChunkBuilder(columns.map(({ type }) => type));
  for (const chunk of chunks) {
    for (let row = 0; row < chunk.keys.length; row++) {
      const atMs = move(chunk.keys[row] as number, row, chunk);
      const full = Number.isNaN(atMs) ? undefined : builder.add(atMs, chunk.columns, row);
      if (full !== undefined) yield full;
    }
  }
  const rest = builder.take();
  if (rest !== undefined) yield rest;
}

/** The arrivals of several sources in any order, sorted in flat memory; the caller closes what comes back. */
export function sorted(
  sources: Iterable<Iterable<SortedChunk>>,
  columns: readonly ColumnSpec[],
  spoolDir: string,
): { chunks(): Iterable<SortedChunk>; close(): void; count: number } {
  const sorter = new ArrivalSorter(columns, spoolDir);
  try {
    for (const source of sources)
      for (const { keys, columns: values } of source)
        for (let row = 0; row < keys.length; row++) {
          for (const [i, one] of values.entries()) sorter.columns[i]?.setFrom(sorter.row, one, row);
          sorter.append(keys[row] as number);
        }
    return sorter.finish();
  } catch (thrown) {
    sorter.discard();
    throw thrown;
  }
}
