import type { ColumnSpec } from '../trace.js';
import { matchRows } from '../where/match-rows.js';
import type { Condition } from '../where/parse-where.js';
import { ChunkBuilder, type SortedChunk } from './chunk-builder.js';

/** The arrivals whose columns fulfil a condition. */
export function* matchingRows(
  chunks: Iterable<SortedChunk>,
  condition: Condition,
  columns: readonly ColumnSpec[],
): Generator<SortedChunk> {
  const builder = new ChunkBuilder(columns.map(({ type }) => type));
  for (const { keys, columns: values } of chunks) {
    const holds = matchRows(condition, values, keys.length);
    for (let row = 0; row < keys.length; row++) {
      const full = holds[row] === 1 ? builder.add(keys[row] as number, values, row) : undefined;
      if (full !== undefined) yield full;
    }
  }
  const rest = builder.take();
  if (rest !== undefined) yield rest;
}
