/** Small dense matrices as rows. Vectors are plain arrays. All square matrices here have at most some dozens of rows. */
export type Matrix = readonly (readonly number[])[];
export type Vector = readonly number[];

/** X with A X = B, by elimination with partial pivoting. Throws a RangeError when A is singular. */
export function solve(a: Matrix, b: Matrix): Matrix {
  const rows = a.map((row, i) => [...row, ...rowOf(b, i)]);
  for (let column = 0; column < a.length; column++) {
    const pivot = pivotRow(rows, column);
    [rows[column], rows[pivot]] = [rowOf(rows, pivot) as number[], rowOf(rows, column) as number[]];
    const top = rowOf(rows, column);
    const head = entry(top, column);
    rows.forEach((row, i) => {
      if (i !== column) subtract(row, top, entry(row, column) / head, column);
    });
  }
  return rows.map((row, i) => row.slice(a.length).map((value) => value / entry(row, i)));
}

export function inverse(a: Matrix): Matrix {
  return solve(a, identity(a.length));
}

/**
 * e^A by scaling and squaring (Moler and Van Loan, SIAM Review 45, 2003, method 3): the Taylor series of A / 2^s with
 * norm at most 1/4, squared s times.
 */
export function matrixExponential(a: Matrix): Matrix {
  const norm = Math.max(...a.map((row) => row.reduce((sum, value) => sum + Math.abs(value), 0)));
  const squarings = Math.max(0, Math.ceil(Math.log2(norm)) + 2);
  const small = scale(a, 2 ** -squarings);
  let term = identity(a.length);
  let power = term;
  for (let n = 1; n <= TAYLOR_TERMS; n++) {
    term = scale(multiply(term, small), 1 / n);
    power = add(power, term);
  }
  for (let i = 0; i < squarings; i++) power = multiply(power, power);
  return power;
}

/** (1/4)^15 / 15! is 10^-21. */
const TAYLOR_TERMS = 15;

export function identity(size: number): Matrix {
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => (i === j ? 1 : 0)));
}

export function multiply(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => rowTimes(row, b));
}

export function add(a: Matrix, b: Matrix): Matrix {
  return a.map((row, i) => row.map((value, j) => value + entry(rowOf(b, i), j)));
}

export function scale(a: Matrix, factor: number): Matrix {
  return a.map((row) => row.map((value) => value * factor));
}

/** The row vector x A. */
export function rowTimes(x: Vector, a: Matrix): number[] {
  return rowOf(a, 0).map((_, j) => x.reduce((sum, value, i) => sum + value * entry(rowOf(a, i), j), 0));
}

/** The column vector A x. */
export function timesColumn(a: Matrix, x: Vector): number[] {
  return a.map((row) => dot(row, x));
}

export function dot(x: Vector, y: Vector): number {
  return x.reduce((sum, value, i) => sum + value * entry(y, i), 0);
}

function pivotRow(rows: Matrix, column: number): number {
  let best = column;
  for (let i = column + 1; i < rows.length; i++) {
    if (Math.abs(entry(rowOf(rows, i), column)) > Math.abs(entry(rowOf(rows, best), column))) best = i;
  }
  if (entry(rowOf(rows, best), column) === 0) throw new RangeError('the matrix is singular');
  return best;
}

function subtract(row: number[], top: Vector, factor: number, from: number): void {
  for (let j = from; j < row.length; j++) row[j] = entry(row, j) - factor * entry(top, j);
}

function rowOf(a: Matrix, i: number): Vector {
  const row = a[i];
  if (row === undefined) throw new RangeError(`the matrix has no row ${String(i)}`);
  return row;
}

function entry(x: Vector, i: number): number {
  const value = x[i];
  if (value === undefined) throw new RangeError(`the vector has no entry ${String(i)}`);
  return value;
}
