import { normalise, product, rowTimes, timesColumn } from './flat-matrix.js';
import type { Expectations, MmppParameters, ObservedGaps, Walked } from './mmpp-data.js';

/**
 * The same for any number of states, by uniformisation: with C = Q - Lambda, a rate u that is at least every -C_ii, and
 * P = I + C / u, e^(Cx) is the sum of Poisson(l; u x) P^l. Every term is at least 0, so no digits are lost; long gaps are
 * put together of short ones by doubling. See Fearnhead and Sherlock (JRSS B 68, 2006) for the integrals.
 */
export class UniformisedLikelihood {
  readonly #parameters: MmppParameters;
  readonly #states: number;
  readonly #uniform: number;
  readonly #step: Float64Array;
  /** The law before a stretch times the powers of P. */
  readonly #powers: Float64Array;
  readonly #weights = new Float64Array(MOST_TERMS + 1);
  readonly #integrals: Float64Array;
  readonly #law: Float64Array;
  readonly #later: Float64Array;
  readonly #scratch: Float64Array;
  readonly #moved: Float64Array;
  readonly #sums: Float64Array;

  constructor(parameters: MmppParameters) {
    const { rates, q } = parameters;
    const states = rates.length;
    this.#parameters = parameters;
    this.#states = states;
    this.#uniform = Math.max(...rates.map((rate, i) => rate - (q[i * states + i] as number)));
    this.#step = q.map((rate, at) => {
      const onDiagonal = at % (states + 1) === 0;
      const i = Math.floor(at / states);
      return onDiagonal ? 1 + (rate - (rates[i] as number)) / this.#uniform : rate / this.#uniform;
    });
    this.#powers = new Float64Array((MOST_TERMS + 1) * states);
    this.#integrals = new Float64Array(states * states);
    this.#law = new Float64Array(states);
    this.#later = new Float64Array(states);
    this.#scratch = new Float64Array(states);
    this.#moved = new Float64Array(states);
    this.#sums = new Float64Array(states * states);
  }

  /** As `twoStateForward`. */
  forward(first: Float64Array, { gaps, rest }: ObservedGaps, into: Walked = {}): number {
    const { rates } = this.#parameters;
    const states = this.#states;
    const law = this.#law;
    law.set(first);
    let logLikelihood = 0;
    for (let n = 0; n < gaps.length; n++) {
      // A long silence is walked in stretches; what they lose is kept as a logarithm.
      const lost = this.#walk(gaps[n] as number);
      let survival = 0;
      let density = 0;
      for (let i = 0; i < states; i++) {
        survival += law[i] as number;
        density += (law[i] as number) * (rates[i] as number);
      }
      for (let i = 0; i < states; i++) law[i] = ((law[i] as number) * (rates[i] as number)) / density;
      into.filtered?.set(law, n * states);
      if (into.densities !== undefined) into.densities[n] = density;
      if (into.survivals !== undefined) into.survivals[n] = survival * Math.exp(lost);
      logLikelihood += Math.log(density) + lost;
    }
    const lost = this.#walk(rest);
    return logLikelihood + lost + Math.log(law.reduce((sum, weight) => sum + weight, 0));
  }

  expectations(first: Float64Array, observed: ObservedGaps): Expectations {
    const states = this.#states;
    const { rates, q } = this.#parameters;
    const { gaps, rest } = observed;
    const filtered = new Float64Array(states * gaps.length);
    const logLikelihood = this.forward(first, observed, { filtered });
    const later = this.#later.fill(1);
    const arrivals = new Float64Array(states);
    this.#integrals.fill(0);
    const lawAt = (n: number): Float64Array => (n === 0 ? first : filtered.subarray((n - 1) * states, n * states));
    this.#stretch(lawAt(gaps.length), rest);
    for (let n = gaps.length - 1; n >= 0; n--) {
      for (let i = 0; i < states; i++) {
        arrivals[i] = (arrivals[i] as number) + (filtered[n * states + i] as number) * (later[i] as number);
        later[i] = (later[i] as number) * (rates[i] as number);
      }
      this.#stretch(lawAt(n), gaps[n] as number);
    }
    const jumps = this.#integrals.map((value, at) => (at % (states + 1) === 0 ? 0 : value * (q[at] as number)));
    const seconds = Float64Array.from({ length: states }, (_, i) => this.#integrals[i * (states + 1)] as number);
    return { logLikelihood, arrivals, seconds, jumps, first: first.map((share, i) => share * (later[i] as number)) };
  }

  /** Moves the law over x seconds without an arrival; returns the logarithm of what was divided out. */
  #walk(x: number): number {
    if (this.#uniform * x <= MOST_AT_ONCE) {
      this.#moveLaw(this.#law, x);
      return 0;
    }
    const { matrix, log } = this.#doubled(x, () => undefined);
    this.#scratch.set(this.#law);
    rowTimes(this.#scratch, matrix, this.#law);
    return log;
  }

  /**
   * e^(Cx) for a long x, as a matrix times e^log: the series for a short part of x, squared until it is x. `before` is called with the
   * matrix and its logarithm ahead of each squaring.
   */
  #doubled(x: number, before: (matrix: Float64Array, log: number) => void): { matrix: Float64Array; log: number } {
    const states = this.#states;
    const doublings = Math.ceil(Math.log2((this.#uniform * x) / SHORT));
    let matrix: Float64Array = new Float64Array(states * states);
    for (let i = 0; i < states; i++) {
      matrix[i * (states + 1)] = 1;
      this.#moveLaw(matrix.subarray(i * states, (i + 1) * states), x / 2 ** doublings);
    }
    let log = 0;
    for (let n = 0; n < doublings; n++) {
      before(matrix, log);
      matrix = product(matrix, matrix, states);
      log = 2 * log + Math.log(normalise(matrix));
    }
    return { matrix, log };
  }

  /** Poisson weights of u x, as far as they matter; returns their number. */
  #fillWeights(mean: number): number {
    const weights = this.#weights;
    let weight = Math.exp(-mean);
    weights[0] = weight;
    const least = NEGLIGIBLE / Math.sqrt(mean + 1);
    let l = 0;
    while (l < MOST_TERMS && (l < mean || weight > least)) {
      l++;
      weight *= mean / l;
      weights[l] = weight;
    }
    return l;
  }

  #moveLaw(law: Float64Array, x: number): void {
    const states = this.#states;
    const weights = this.#weights;
    const terms = this.#fillWeights(this.#uniform * x);
    this.#fillPowers(law, terms);
    const powers = this.#powers;
    for (let i = 0; i < states; i++) {
      let sum = 0;
      for (let l = 0; l <= terms; l++) sum += (weights[l] as number) * (powers[l * states + i] as number);
      law[i] = sum;
    }
  }

  /** The law times P^0 to P^terms, one behind the other. */
  #fillPowers(law: Float64Array, terms: number): void {
    const states = this.#states;
    const step = this.#step;
    const powers = this.#powers;
    for (let i = 0; i < states; i++) powers[i] = law[i] as number;
    for (let at = states; at < (terms + 1) * states; at += states)
      for (let j = 0; j < states; j++) {
        let sum = 0;
        for (let i = 0; i < states; i++) sum += (powers[at - states + i] as number) * (step[i * states + j] as number);
        powers[at + j] = sum;
      }
  }

  /** Adds the integrals over x seconds that begin with `law`, and moves `later` to their beginning, normed by the law. */
  #stretch(law: Float64Array, x: number): void {
    const states = this.#states;
    const tail = this.#scratch;
    if (this.#uniform * x <= MOST_AT_ONCE) {
      this.#integrate(law, x);
      this.#take(law, this.#sums, tail, 0);
      return;
    }
    // G(2h) = G(h) E^T + E^T G(h), where E = e^(Ch).
    let integral: Float64Array | undefined;
    let logIntegral = 0;
    const { matrix, log } = this.#doubled(x, (half, logHalf) => {
      if (integral === undefined) {
        this.#integrate(law, x / 2 ** Math.ceil(Math.log2((this.#uniform * x) / SHORT)));
        integral = Float64Array.from(this.#sums);
      }
      const turned = half.map((_, at) => half[(at % states) * states + Math.floor(at / states)] as number);
      const [left, right] = [product(integral, turned, states), product(turned, integral, states)];
      integral = left.map((value, at) => value + (right[at] as number));
      logIntegral += logHalf + Math.log(normalise(integral));
    });
    timesColumn(matrix, this.#later, tail);
    this.#take(law, integral as unknown as Float64Array, tail, logIntegral - log);
  }

  /** Adds what was integrated, over the weight of the whole stretch; `log` is the logarithm of a factor of the first beside the second. */
  #take(law: Float64Array, integral: Float64Array, tail: Float64Array, log: number): void {
    const integrals = this.#integrals;
    let whole = 0;
    for (let i = 0; i < law.length; i++) whole += (law[i] as number) * (tail[i] as number);
    for (let i = 0; i < law.length; i++) this.#later[i] = (tail[i] as number) / whole;
    const factor = Math.exp(log) / whole;
    for (let at = 0; at < integrals.length; at++)
      integrals[at] = (integrals[at] as number) + (integral[at] as number) * factor;
  }

  /** Fills the sums with the integrals over a short x, and the scratch with e^(Cx) later. */
  #integrate(law: Float64Array, x: number): void {
    const states = this.#states;
    const [weights, powers] = [this.#weights, this.#powers];
    const terms = this.#fillWeights(this.#uniform * x);
    this.#fillPowers(law, terms);
    const tail = this.#scratch.fill(0);
    const sums = this.#sums.fill(0);
    for (let l = terms - 1; l >= 0; l--) {
      this.#tailStep(tail, weights[l + 1] as number);
      for (let i = 0; i < states; i++) {
        const power = powers[l * states + i] as number;
        for (let j = 0; j < states; j++)
          sums[i * states + j] = (sums[i * states + j] as number) + power * (tail[j] as number);
      }
    }
    this.#tailStep(tail, weights[0] as number);
    for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] as number) / this.#uniform;
  }

  /** tail = P tail + weight later. */
  #tailStep(tail: Float64Array, weight: number): void {
    const states = this.#states;
    const [moved, later, step] = [this.#moved, this.#later, this.#step];
    for (let i = 0; i < states; i++) {
      let sum = weight * (later[i] as number);
      for (let j = 0; j < states; j++) sum += (step[i * states + j] as number) * (tail[j] as number);
      moved[i] = sum;
    }
    for (let i = 0; i < states; i++) tail[i] = moved[i] as number;
  }
}

/** Of u x in one series: e^-50 times any power of P is far from underflow, and doubling is not yet faster. */
const MOST_AT_ONCE = 50;
/** Of u x in the part that is doubled. */
const SHORT = 8;
const MOST_TERMS = 140;
/** Of a Poisson weight, beside the greatest. */
const NEGLIGIBLE = 1e-18;
