/** Adds each number of a column to that of another, as long as it. */
export function addColumn(column: Float64Array, other: Float64Array): void {
  for (let i = 0; i < other.length; i++) column[i] = (column[i] as number) + (other[i] as number);
}
