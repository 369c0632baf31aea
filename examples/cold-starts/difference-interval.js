const RESAMPLES = 10_000;

/** The mean of paired differences and its 95 % bootstrap interval (percentiles; Efron 1979), seeded. */
export function differenceInterval(differences, seed = 1) {
  const random = xorshift(seed);
  const n = differences.length;
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += differences[Math.floor(random() * n)];
    return sum / n;
  }).sort();
  const mean = differences.reduce((sum, one) => sum + one, 0) / n;
  return { mean, low: means[Math.floor(0.025 * RESAMPLES)], high: means[Math.ceil(0.975 * RESAMPLES) - 1] };
}

/** Uniform in [0, 1): G. Marsaglia, "Xorshift RNGs", 2003, the 32-bit triple 13, 17, 5. */
function xorshift(seed) {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
