import type { SimulatedSystem } from '../systems/system.js';
import { parametersOf, withValues } from '../systems/vary-system.js';

/** How far a parameter is moved to both sides. */
export const STEP = 0.01;

/** The system with one number at `factor` times its value. */
export function scaled(system: SimulatedSystem, path: string, factor: number): SimulatedSystem {
  const found = parametersOf(system).find((one) => one.path === path);
  if (found === undefined) throw new Error(`system ${system.name} has no parameter ${path}`);
  return withValues(system, new Map([[path, found.what.value * factor]]));
}

/** d ln y / d ln x, from y at x (1 - STEP) and at x (1 + STEP) with the same luck; NaN where y is 0 or infinite. */
export function elasticity(below: number, above: number): number {
  return Math.log(above / below) / Math.log((1 + STEP) / (1 - STEP));
}
