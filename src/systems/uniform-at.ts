/** What a draw is for: each is a stream of its own, so that a system that needs one more moves no other. */
export const PURPOSE = {
  service: 0,
  /** `service` may take the next one, too. */
  failure: 2,
  network: 3,
  coldStart: 5,
  idle: 15,
  batch: 17,
} as const;

/**
 * Uniform in (0, 1): the 32-bit finaliser of MurmurHash3 over seed, index and purpose. A function of these alone: two systems
 * draw the same for the same request, in whatever order they serve them.
 */
export function uniformAt(seed: number, index: number, purpose: number): number {
  let h = mix(seed | 0) ^ Math.imul(index + 1, 0x9e3779b1);
  h = mix(h) ^ Math.imul(purpose + 1, 0x85ebca77);
  return ((mix(h) >>> 0) + 0.5) / 4294967296;
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
