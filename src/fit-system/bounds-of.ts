import type { SimulatedSystem } from '../systems/system.js';
import { withValues } from '../systems/vary-system.js';
import type { Judge } from './misfit.js';

/** Between which values of one number, all others kept, a system fits about as well. */
export interface FoundBounds {
  /** 0: nothing speaks against any lower value. */
  readonly low: number;
  /** Infinity: nothing speaks against any higher value. */
  readonly high: number;
}

/** Steps outwards, as factors; nothing further away is looked at. */
const FACTORS = [1.01, 1.03, 1.1, 1.25, 1.6, 2.5, 4, 8] as const;

/** Where the misfit rises by `allowed` above `least`, to both sides of the value that the system has. */
export function boundsOf(
  judge: Judge,
  system: SimulatedSystem,
  path: string,
  value: number,
  least: number,
  allowed: number,
): FoundBounds {
  // prettier-ignore
  const rise = (at: number): number => judge.misfit(withValues(system, new Map([[path, at]]))).total - least;
  const side = (towards: (factor: number) => number): number | undefined => {
    let [before, riseBefore] = [1, 0];
    for (const factor of FACTORS) {
      const risen = rise(value * towards(factor));
      // As a parabola rises: in proportion to the square of the distance.
      if (risen > allowed) {
        const share = (Math.sqrt(allowed) - Math.sqrt(riseBefore)) / (Math.sqrt(risen) - Math.sqrt(riseBefore));
        return value * towards(before * (factor / before) ** share);
      }
      [before, riseBefore] = [factor, Math.max(0, risen)];
    }
    return undefined;
  };
  return { low: side((factor) => 1 / factor) ?? 0, high: side((factor) => factor) ?? Infinity };
}
