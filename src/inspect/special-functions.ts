import { lnGamma } from '../generator/ln-gamma.js';

/** d/dx ln gamma(x), x > 0: the recurrence up to 10, then the asymptotic series (Abramowitz and Stegun 6.3.18). */
export function digamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 10; y++) shift -= 1 / y;
  const s = 1 / (y * y);
  return shift + Math.log(y) - 0.5 / y - s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s / 132))));
}

/** The distribution function of a gamma variate of this shape and scale 1, by its series or its continued fraction (Numerical Recipes 6.2). */
export function gammaDistribution(shape: number, x: number): number {
  if (!(x > 0)) return 0;
  if (x === Infinity) return 1;
  const front = Math.exp(shape * Math.log(x) - x - lnGamma(shape));
  return x < shape + 1 ? Math.min(1, front * series(shape, x)) : Math.max(0, 1 - front * fraction(shape, x));
}

/** 1 - `gammaDistribution`, without losing digits where it is small. */
export function gammaSurvival(shape: number, x: number): number {
  if (!(x > 0)) return 1;
  if (x === Infinity) return 0;
  const front = Math.exp(shape * Math.log(x) - x - lnGamma(shape));
  return x < shape + 1 ? Math.max(0, 1 - front * series(shape, x)) : Math.min(1, front * fraction(shape, x));
}

const MOST_TERMS = 100_000;

function series(shape: number, x: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let n = 1; n < MOST_TERMS && Math.abs(term) > Math.abs(sum) * 1e-16; n++) {
    term *= x / (shape + n);
    sum += term;
  }
  return sum;
}

/** Lentz's method. */
function fraction(shape: number, x: number): number {
  let b = x + 1 - shape;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < MOST_TERMS; i++) {
    const a = -i * (i - shape);
    b += 2;
    d = 1 / (a * d + b || 1e-300);
    c = b + a / c || 1e-300;
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return h;
}

/** The x below which a chi-square variate with `degrees` > 0 of freedom falls with probability p in (0, 1), to 1e-10 of its size. */
export function chiSquareQuantile(p: number, degrees: number): number {
  const shape = degrees / 2;
  let [low, high] = [0, Math.max(1, shape)];
  while (gammaDistribution(shape, high) < p) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-11 * high; i++) {
    const middle = (low + high) / 2;
    if (gammaDistribution(shape, middle) < p) low = middle;
    else high = middle;
  }
  return low + high;
}
