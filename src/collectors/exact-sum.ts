/** Whole numbers below it add up exactly, two at a time. */
const LIMB = 2 ** 52;
const LIMB_BITS = 52;
/** More bits than a float has, so that cutting the rest off rounds nothing. */
const TOP_BITS = 64;

/**
 * The sum of floats from 0 on, without rounding: the same for any order, and for any parts that are added up in turn. Whole
 * numbers below 2^52 cost a few ns; all others are cut into limbs of 52 bits.
 */
export class ExactSum {
  /** Below LIMB. */
  #low = 0;
  /** How often it has overflowed. */
  #carried = 0;
  /** Numbers that do not fit into it. */
  #large = 0n;
  /** Limbs behind the point, each below LIMB. */
  readonly #fraction: number[] = [];

  /** `value`: finite, at least 0. */
  add(value: number): void {
    if (value < LIMB && Math.floor(value) === value) this.#addWhole(value);
    else this.#addAny(value);
  }

  addAll(other: ExactSum): void {
    this.#addWhole(other.#low);
    this.#carried += other.#carried;
    this.#large += other.#large;
    for (const [i, limb] of other.#fraction.entries()) this.#addLimb(i, limb);
  }

  /** The nearest float. */
  get value(): number {
    const limbs = this.#fraction.reduce((sum, limb) => (sum << BigInt(LIMB_BITS)) + BigInt(limb), this.whole);
    return scaled(limbs, this.#fraction.length * LIMB_BITS);
  }

  /** Without what is behind the point. */
  get whole(): bigint {
    return (BigInt(this.#carried) << BigInt(LIMB_BITS)) + BigInt(this.#low) + this.#large;
  }

  #addAny(value: number): void {
    const whole = Math.floor(value);
    if (whole < LIMB) this.#addWhole(whole);
    else this.#large += BigInt(whole);
    if (value !== whole) this.#addFraction(value - whole);
  }

  #addWhole(value: number): void {
    this.#low += value;
    if (this.#low < LIMB) return;
    this.#low -= LIMB;
    this.#carried++;
  }

  /** Scaling by a power of two and taking the whole part off are exact. */
  #addFraction(fraction: number): void {
    let rest = fraction;
    for (let i = 0; rest > 0; i++) {
      const shifted = rest * LIMB;
      const limb = Math.floor(shifted);
      this.#addLimb(i, limb);
      rest = shifted - limb;
    }
  }

  #addLimb(at: number, value: number): void {
    while (this.#fraction.length <= at) this.#fraction.push(0);
    const sum = (this.#fraction[at] as number) + value;
    this.#fraction[at] = sum < LIMB ? sum : sum - LIMB;
    if (sum < LIMB) return;
    if (at === 0) this.#addWhole(1);
    else this.#addLimb(at - 1, 1);
  }
}

/** n / 2^bits, rounded once. */
function scaled(n: bigint, bits: number): number {
  if (bits === 0) return Number(n);
  const dropped = Math.max(0, n.toString(2).length - TOP_BITS);
  const top = n >> BigInt(dropped);
  const isCut = top << BigInt(dropped) !== n;
  const power = dropped - bits;
  const half = Math.trunc(power / 2);
  return Number(isCut ? top | 1n : top) * 2 ** half * 2 ** (power - half);
}
