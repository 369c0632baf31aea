/** How far values are from the uniform law on [0, 1]. */
export interface Kolmogorov {
  /** The greatest difference of the distribution functions. */
  readonly distance: number;
  /** How often values that are uniform are at least so far from it. */
  readonly p: number;
}

export function kolmogorov(values: Float64Array): Kolmogorov {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  let distance = 0;
  for (let i = 0; i < n; i++) {
    const value = sorted[i] as number;
    distance = Math.max(distance, value - i / n, (i + 1) / n - value);
  }
  return { distance, p: tail((Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n)) * distance) };
}

/** Kolmogorov's limit law, with the correction for small n of Stephens (JRSS B 32, 1970). */
function tail(x: number): number {
  if (x < 0.2) return 1;
  let sum = 0;
  for (let j = 1; j <= 100; j++) {
    const term = 2 * (j % 2 === 1 ? 1 : -1) * Math.exp(-2 * j * j * x * x);
    sum += term;
    if (Math.abs(term) < 1e-12) break;
  }
  return Math.min(1, Math.max(0, sum));
}
