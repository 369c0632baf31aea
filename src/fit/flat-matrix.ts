/** Square matrices in flat arrays, row behind row. */

export function product(a: Float64Array, b: Float64Array, states: number): Float64Array {
  const result = new Float64Array(states * states);
  for (let i = 0; i < states; i++)
    for (let j = 0; j < states; j++) {
      let sum = 0;
      for (let m = 0; m < states; m++) sum += (a[i * states + m] as number) * (b[m * states + j] as number);
      result[i * states + j] = sum;
    }
  return result;
}

export function rowTimes(row: Float64Array, matrix: Float64Array, into: Float64Array): void {
  const states = row.length;
  for (let j = 0; j < states; j++) {
    let sum = 0;
    for (let i = 0; i < states; i++) sum += (row[i] as number) * (matrix[i * states + j] as number);
    into[j] = sum;
  }
}

export function timesColumn(matrix: Float64Array, column: Float64Array, into: Float64Array): void {
  const states = column.length;
  for (let i = 0; i < states; i++) {
    let sum = 0;
    for (let j = 0; j < states; j++) sum += (matrix[i * states + j] as number) * (column[j] as number);
    into[i] = sum;
  }
}

/** Makes the sum 1; returns what it was. */
export function normalise(law: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < law.length; i++) sum += law[i] as number;
  for (let i = 0; i < law.length; i++) law[i] = (law[i] as number) / sum;
  return sum;
}
