type Column = readonly (number | null)[];

/**
 * Which rows of some columns to draw so that at most `most` are drawn and no peak is lost: of each stretch of rows, its
 * first and those that hold the least and the greatest of each column; and the last of all. Every row drawn is one that
 * was measured.
 */
export function keepPeaks(columns: readonly Column[], most: number): number[] {
  const rows = Math.max(0, ...columns.map(({ length }) => length));
  if (rows <= most) return Array.from({ length: rows }, (_, row) => row);
  const stretches = Math.max(1, Math.floor((most - 1) / (2 * columns.length + 1)));
  const kept = new Set([rows - 1]);
  for (let i = 0; i < stretches; i++) {
    const from = Math.floor((i * rows) / stretches);
    const to = Math.floor(((i + 1) * rows) / stretches);
    kept.add(from);
    for (const column of columns) for (const row of extremes(column, from, to)) kept.add(row);
  }
  return [...kept].sort((a, b) => a - b);
}

/** The rows of the least and the greatest value; none where there is no value. */
function extremes(column: Column, from: number, to: number): number[] {
  let [least, greatest] = [-1, -1];
  for (let row = from; row < to; row++) {
    const value = column[row] ?? null;
    if (value === null) continue;
    if (least < 0 || value < (column[least] as number)) least = row;
    if (greatest < 0 || value > (column[greatest] as number)) greatest = row;
  }
  return least < 0 ? [] : [least, greatest];
}
