import type { MmppMode, PinnedStay } from './mmpp.js';
import type { RatePoint, Spacing } from './piecewise.js';
import type { RateProfile } from './profile.js';

/**
 * How a trace is made, as JSON: the same recipe makes the same bytes everywhere. The order is fixed: the process over
 * `durationMs`, in the time of its `profile`, then `thin`, then `scaleTime`, then the arrivals of `superpose` are merged in. What is made lasts
 * durationMs x scaleTime, or as long as the longest of `superpose`.
 */
export type Recipe = ConstantRecipe | PoissonRecipe | GammaRecipe | WeibullRecipe | MmppRecipe | PiecewiseRecipe;

/** What every level has. */
export interface CommonRecipe {
  /** Length of the process, ms, before `scaleTime`; in [0.001, 10^12]. */
  readonly durationMs: number;
  /** A non-negative safe integer or a text of up to 200 characters. In `superpose` it is mixed with the outer seed and the place. */
  readonly seed: number | string;
  /** A rhythm that the process follows; not of `piecewise`, nor with a `path`. */
  readonly profile?: RateProfile;
  /** Keep each arrival with this probability. */
  readonly thin?: number;
  /** Multiply all times. */
  readonly scaleTime?: number;
  readonly superpose?: readonly Recipe[];
}

export interface ConstantRecipe extends CommonRecipe {
  readonly process: 'constant';
  /** Per second, as all rates. */
  readonly rate: number;
}

export interface PoissonRecipe extends CommonRecipe {
  readonly process: 'poisson';
  readonly rate: number;
}

export interface GammaRecipe extends CommonRecipe {
  readonly process: 'gamma';
  readonly rate: number;
  /** Squared coefficient of variation of the gaps; `shape` = 1 / scv may be given instead. */
  readonly scv: number;
}

export interface WeibullRecipe extends CommonRecipe {
  readonly process: 'weibull';
  readonly rate: number;
  /** 1 is Poisson, less is burstier. */
  readonly shape: number;
}

export interface PiecewiseRecipe extends CommonRecipe {
  readonly process: 'piecewise';
  readonly points: readonly RatePoint[];
  /** Absent: random. */
  readonly spacing?: Spacing;
}

export interface MmppRecipe extends CommonRecipe {
  readonly process: 'mmpp';
  readonly rates: readonly number[];
  /** Mean time in each state, or in all; the next state is then any of the others. Either this or `q`; a `path` needs neither. */
  readonly sojournMs?: number | readonly number[];
  /** The generator, jumps per second. */
  readonly q?: readonly (readonly number[])[];
  /** When not given: pinned where there is a path, else conditioned where there is a count, else free. */
  readonly mode: MmppMode['mode'];
  readonly count?: number;
  readonly path?: readonly PinnedStay[];
}
