/**
 * The stationary law of an irreducible chain: pi Q = 0, sum 1; `q` is its generator (k rows of k). By the elimination of
 * Grassmann, Taksar and Heyman (Operations Research 33, 1985), which subtracts nowhere and so loses no digits, however
 * different the rates are.
 */
export function stationaryVector(q: readonly (readonly number[])[]): readonly number[] {
  const a = q.map((row) => Float64Array.from(row));
  const leaving = eliminate(a);
  const weights = [1];
  for (let n = 1; n < a.length; n++) {
    const inflow = weights.reduce((sum, weight, i) => sum + weight * at(a, i, n), 0);
    weights.push(inflow / (leaving[n] as number));
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Takes the states out from the last, passing their jumps on to the states before; returns each one's rate to those. */
function eliminate(a: readonly Float64Array[]): Float64Array {
  const leaving = new Float64Array(a.length);
  for (let n = a.length - 1; n > 0; n--) {
    for (let j = 0; j < n; j++) leaving[n] = (leaving[n] as number) + at(a, n, j);
    for (let i = 0; i < n; i++) {
      const share = at(a, i, n) / (leaving[n] as number);
      for (let j = 0; j < n; j++) if (j !== i) (a[i] as Float64Array)[j] = at(a, i, j) + share * at(a, n, j);
    }
  }
  return leaving;
}

function at(a: readonly Float64Array[], i: number, j: number): number {
  return a[i]?.[j] as number;
}
