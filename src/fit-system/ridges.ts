import type { SimulatedSystem } from '../systems/system.js';
import { withValues } from '../systems/vary-system.js';
import { numberAt } from './candidate.js';
import type { Judge } from './misfit.js';

/** Two numbers that trade off: what one does to the runs, the other undoes. */
export interface Ridge {
  readonly a: string;
  readonly b: string;
  /** 1 % more of `a` is made up by this many % of `b`. */
  readonly trade: number;
}

const STEP = 0.04;
const SEEDS = 3;
/** Of the two directions in which the runs move, as a cosine: nearer to 1, the runs cannot tell the two numbers apart. */
const ALIKE = 0.9;

/** Pairs of numbers that the runs hardly tell apart. */
export function ridgesOf(judge: Judge, system: SimulatedSystem, paths: readonly string[]): readonly Ridge[] {
  const directions = paths.map((path) => directionOf(judge, system, path));
  return paths.flatMap((a, i) =>
    paths.slice(i + 1).flatMap((b, j): Ridge[] => {
      const [left, right] = [directions[i] as Float64Array, directions[i + 1 + j] as Float64Array];
      const cosine = dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));
      if (!(Math.abs(cosine) > ALIKE)) return [];
      return [{ a, b, trade: -dot(left, right) / dot(right, right) }];
    }),
  );
}

/** How the residuals move for 1 (a factor of e) of a number. */
function directionOf(judge: Judge, system: SimulatedSystem, path: string): Float64Array {
  const { value } = numberAt(system, path);
  const at = (factor: number): Float64Array =>
    judge.misfit(withValues(system, new Map([[path, value * factor]])), SEEDS).residuals;
  const [below, above] = [at(1 - STEP), at(1 + STEP)];
  return above.map((residual, i) => {
    const slope = (residual - (below[i] as number)) / (2 * STEP);
    return Number.isNaN(slope) ? 0 : slope;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
