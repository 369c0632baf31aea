import type { Expectations, MmppParameters, ObservedGaps, Walked } from './mmpp-data.js';

/**
 * The likelihood of a two-state MMPP and the expectations of Ryden's EM algorithm (Computational Statistics & Data Analysis 21,
 * 1996), with the exponential of C = Q - Lambda in closed form: e^(Cx) = e^(m1 x) A + e^(m2 x) (I - A), where A is the projector
 * on the larger of two real eigenvalues. All sums are of positive terms, so no digits are lost.
 */
interface Spectrum {
  readonly larger: number;
  /** The difference of the eigenvalues, at least 0. */
  readonly split: number;
  /** A = [a11 a12; a21 a22]; I - A has a22, a11 on its diagonal and -a12, -a21 beside it. */
  readonly a11: number;
  readonly a22: number;
  readonly a12: number;
  readonly a21: number;
}

function spectrumOf({ rates, q }: MmppParameters): Spectrum {
  const [out1, out2] = [q[1] as number, q[2] as number];
  const half = ((rates[0] as number) + out1 - (rates[1] as number) - out2) / 2;
  const root = Math.max(Math.sqrt(half * half + out1 * out2), Number.MIN_VALUE);
  // root - |half| without cancellation.
  const small = (out1 * out2) / (root + Math.abs(half));
  const [with1, with2] = half > 0 ? [small, root + half] : [root - half, small];
  return {
    larger: -((rates[0] as number) + out1 + (rates[1] as number) + out2) / 2 + root,
    split: 2 * root,
    a11: with1 / (2 * root),
    a22: with2 / (2 * root),
    a12: out1 / (2 * root),
    a21: out2 / (2 * root),
  };
}

/**
 * Walks the gaps forwards. `filtered`, where given, becomes the law of the state after each arrival (pairs), `densities` the
 * density of each gap given those before, `survivals` the probability that the gap is longer.
 */
export function twoStateForward(
  parameters: MmppParameters,
  first: Float64Array,
  { gaps, rest }: ObservedGaps,
  into: Walked = {},
): number {
  const { larger, split, a11, a22, a12, a21 } = spectrumOf(parameters);
  const { filtered, densities, survivals } = into;
  const [rate1, rate2] = [parameters.rates[0] as number, parameters.rates[1] as number];
  let p1 = first[0] as number;
  let p2 = first[1] as number;
  let logLikelihood = 0;
  let product = 1;
  for (let n = 0; n < gaps.length; n++) {
    const x = gaps[n] as number;
    const slow = Math.exp(larger * x);
    const fade = Math.exp(-split * x);
    const fast = slow * fade;
    const rise = slow * (split * x < 1e-5 ? split * x : 1 - fade);
    const v1 = p1 * (slow * a11 + fast * a22) + p2 * rise * a21;
    const v2 = p2 * (slow * a22 + fast * a11) + p1 * rise * a12;
    const density = v1 * rate1 + v2 * rate2;
    p1 = (v1 * rate1) / density;
    p2 = (v2 * rate2) / density;
    if (filtered !== undefined) {
      filtered[2 * n] = p1;
      filtered[2 * n + 1] = p2;
    }
    if (densities !== undefined) densities[n] = density;
    if (survivals !== undefined) survivals[n] = v1 + v2;
    // A logarithm for each gap would take half of the time.
    product *= density;
    if (!(product > 1e-150 && product < 1e150)) {
      logLikelihood += Math.log(product);
      product = 1;
    }
  }
  const slow = Math.exp(larger * rest);
  const fade = Math.exp(-split * rest);
  const rise = slow * (1 - fade);
  const last = p1 * (slow * a11 + slow * fade * a22 + rise * a12) + p2 * (slow * a22 + slow * fade * a11 + rise * a21);
  return logLikelihood + Math.log(product) + Math.log(last);
}

/** Backwards: what is expected of the path. Memory: three numbers for each arrival. */
export function twoStateExpectations(
  parameters: MmppParameters,
  first: Float64Array,
  observed: ObservedGaps,
): Expectations {
  const { gaps, rest } = observed;
  const filtered = new Float64Array(2 * gaps.length);
  const densities = new Float64Array(gaps.length);
  const logLikelihood = twoStateForward(parameters, first, observed, { filtered, densities });
  const sums = new SpectralSums(parameters);
  const { rates } = parameters;
  const arrivals = new Float64Array(2);
  const from = (n: number): Float64Array => (n === 0 ? first : filtered.subarray(2 * n - 2, 2 * n));
  // Behind the last arrival nothing came: every state agrees with that as it is.
  sums.weigh(1, 1);
  sums.add(from(gaps.length), rest);
  sums.normalise(from(gaps.length));
  for (let n = gaps.length - 1; n >= 0; n--) {
    const { b1, b2 } = sums;
    const p1 = (filtered[2 * n] as number) * b1;
    const p2 = (filtered[2 * n + 1] as number) * b2;
    arrivals[0] = (arrivals[0] as number) + p1;
    arrivals[1] = (arrivals[1] as number) + p2;
    const density = densities[n] as number;
    sums.weigh(((rates[0] as number) * b1) / density, ((rates[1] as number) * b2) / density);
    sums.addAt(n === 0 ? first : filtered, n === 0 ? 0 : 2 * n - 2, gaps[n] as number);
  }
  const start = Float64Array.of((first[0] as number) * sums.b1, (first[1] as number) * sums.b2);
  return { logLikelihood, arrivals, first: start, ...sums.finish() };
}

/**
 * Sums of the integrals of (a e^(Cu))_i (e^(C(x-u)) w)_j over u in [0, x]. With A = r1 l1 and I - A = r2 l2 each integral is a sum
 * of four numbers times l_p[i] r_q[j], so only four sums are kept for the whole trace.
 */
class SpectralSums {
  readonly #spectrum: Spectrum;
  readonly #q: Float64Array;
  /** Left and right eigenvectors: l1 r1 = l2 r2 = 1. */
  readonly #l: readonly [number, number, number, number];
  readonly #r: readonly [number, number, number, number];
  #s11 = 0;
  #s12 = 0;
  #s21 = 0;
  #s22 = 0;
  #w1 = 1;
  #w2 = 1;
  /** The backward vector before the stretch that was added last. */
  b1 = 1;
  b2 = 1;

  constructor(parameters: MmppParameters) {
    this.#spectrum = spectrumOf(parameters);
    this.#q = parameters.q;
    const { a11, a22, a12, a21 } = this.#spectrum;
    // Rows of a projector of rank 1 are multiples of its left eigenvector: the longer row has the most digits.
    this.#l = a11 > a22 ? [1, a12 / a11, -a21 / a11, 1] : [a21 / a22, 1, 1, -a12 / a22];
    this.#r = a11 > a22 ? [a11, a21, -a12, a11] : [a12, a22, a22, -a21];
  }

  /** The weights of the states at the end of the next stretch. */
  weigh(w1: number, w2: number): void {
    this.#w1 = w1;
    this.#w2 = w2;
  }

  add(from: Float64Array, x: number): void {
    this.addAt(from, 0, x);
  }

  /** A stretch of length x that begins with the law at `from[at]`, `from[at + 1]`. */
  addAt(from: Float64Array, at: number, x: number): void {
    const { larger, split, a11, a22, a12, a21 } = this.#spectrum;
    const [l11, l12, l21, l22] = this.#l;
    const [r11, r12, r21, r22] = this.#r;
    const w1 = this.#w1;
    const w2 = this.#w2;
    const slow = Math.exp(larger * x);
    const fade = Math.exp(-split * x);
    const fast = slow * fade;
    const rise = slow * (split * x < 1e-5 ? split * x : 1 - fade);
    this.b1 = w1 * (slow * a11 + fast * a22) + w2 * rise * a12;
    this.b2 = w2 * (slow * a22 + fast * a11) + w1 * rise * a21;
    const p1 = from[at] as number;
    const p2 = from[at + 1] as number;
    const left1 = p1 * r11 + p2 * r12;
    const left2 = p1 * r21 + p2 * r22;
    const right1 = l11 * w1 + l12 * w2;
    const right2 = l21 * w1 + l22 * w2;
    const mixed = rise / split;
    this.#s11 += slow * x * left1 * right1;
    this.#s22 += fast * x * left2 * right2;
    this.#s12 += mixed * left1 * right2;
    this.#s21 += mixed * left2 * right1;
  }

  /** After the stretch behind the last arrival, which alone has no density to divide by. */
  normalise(from: Float64Array): void {
    const whole = (from[0] as number) * this.b1 + (from[1] as number) * this.b2;
    this.b1 /= whole;
    this.b2 /= whole;
    this.#s11 /= whole;
    this.#s12 /= whole;
    this.#s21 /= whole;
    this.#s22 /= whole;
  }

  finish(): Pick<Expectations, 'seconds' | 'jumps'> {
    const integral = (i: number, j: number): number => {
      const l = [this.#l[i] as number, this.#l[2 + i] as number] as const;
      const r = [this.#r[j] as number, this.#r[2 + j] as number] as const;
      const sum = this.#s11 * l[0] * r[0] + this.#s12 * l[0] * r[1] + this.#s21 * l[1] * r[0] + this.#s22 * l[1] * r[1];
      return Math.max(0, sum);
    };
    return {
      seconds: Float64Array.of(integral(0, 0), integral(1, 1)),
      jumps: Float64Array.of(0, (this.#q[1] as number) * integral(0, 1), (this.#q[2] as number) * integral(1, 0), 0),
    };
  }
}
