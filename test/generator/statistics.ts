/** All arrivals of a stream in one array. */
export function gathered(chunks: Iterable<Float64Array>): Float64Array {
  const list = [...chunks];
  const all = new Float64Array(list.reduce((sum, chunk) => sum + chunk.length, 0));
  let place = 0;
  for (const chunk of list) {
    all.set(chunk, place);
    place += chunk.length;
  }
  return all;
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? NaN;
  return sum / values.length;
}

export function variance(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((values[i] ?? NaN) - centre) ** 2;
  return sum / (values.length - 1);
}

/** How many standard errors a sample's mean lies from `expected`. */
export function zOfMean(values: ArrayLike<number>, expected: number): number {
  return (mean(values) - expected) / Math.sqrt(variance(values) / values.length);
}

/** How many standard errors two samples' means lie apart. */
export function zOfDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return (mean(a) - mean(b)) / Math.sqrt(variance(a) / a.length + variance(b) / b.length);
}

/**
 * sum(tops) / sum(bottoms) over independent runs against `expected`, in standard errors of the linearised ratio
 * (Cochran, "Sampling Techniques", 1977, 2.11).
 */
export function zOfRatio(tops: readonly number[], bottoms: readonly number[], expected: number): number {
  const ratio = mean(tops) / mean(bottoms);
  const residuals = tops.map((top, i) => (top - ratio * (bottoms[i] ?? NaN)) / mean(bottoms));
  return (ratio - expected) / Math.sqrt(variance(residuals) / residuals.length);
}

/** Kolmogorov's distance of values in [0, 1] from the uniform law, times sqrt(n): above 1.95 once in 1,000 samples. */
export function kolmogorov(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  let distance = 0;
  sorted.forEach((value, i) => {
    distance = Math.max(distance, value - i / n, (i + 1) / n - value);
  });
  return distance * Math.sqrt(n);
}

/** Counts of sorted times in windows of `windowMs`. */
export function countsPer(atMs: ArrayLike<number>, windowMs: number, durationMs: number): Float64Array {
  const counts = new Float64Array(Math.floor(durationMs / windowMs));
  for (let i = 0; i < atMs.length; i++) {
    const window = Math.floor((atMs[i] ?? NaN) / windowMs);
    if (window < counts.length) counts[window] = (counts[window] ?? NaN) + 1;
  }
  return counts;
}

/**
 * The dispersion test of a Poisson process with a constant rate: variance over mean of counts is chi-square / (n - 1);
 * the result is in standard deviations of that.
 */
export function dispersionZ(counts: ArrayLike<number>): number {
  return (variance(counts) / mean(counts) - 1) / Math.sqrt(2 / (counts.length - 1));
}
