/**
 * `count` seeded numbers, uniform in [-bound, bound), the same on every machine: whole-number steps (xorshift, G. Marsaglia,
 * "Xorshift RNGs", 2003, the 32-bit triple 13, 17, 5), and then one correctly rounded multiplication.
 */
export function uniformWeights(seed: number, count: number, bound: number): Float32Array {
  const weights = new Float32Array(count);
  // A state of 0 would stay 0; neighbouring seeds are sent far apart.
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    weights[i] = (state / 0x80000000) * bound;
  }
  return weights;
}
