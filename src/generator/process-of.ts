import { UserError } from '../errors.js';
import type { ArrivalProcess } from './arrival-process.js';
import { constant } from './constant.js';
import { gamma } from './gamma.js';
import { mmpp, type MmppMode } from './mmpp.js';
import { mmppModel, uniformJumps, type MmppModel } from './mmpp-model.js';
import { piecewise, segmentsUntil } from './piecewise.js';
import { poisson } from './poisson.js';
import { profileTime } from './profile.js';
import type { MmppRecipe, Recipe } from './recipe.js';
import { areaOf } from './through-rates.js';
import { weibull } from './weibull.js';

/** The process of a recipe's own level, before `profile`, `thin`, `scaleTime` and `superpose`. Throws `UserError` that names the field. */
export function processOf(recipe: Recipe): ArrivalProcess {
  switch (recipe.process) {
    case 'constant':
      return constant(recipe.rate);
    case 'poisson':
      return poisson(recipe.rate);
    case 'gamma':
      return gamma(recipe.rate, recipe.scv);
    case 'weibull':
      return weibull(recipe.rate, recipe.shape);
    case 'piecewise':
      return piecewise(recipe.points, recipe.spacing);
    case 'mmpp':
      return mmpp(modelOf(recipe), modeOf(recipe));
  }
}

/** The model of an mmpp recipe, for instance to show its closed-form moments. A path alone stands for its mean stay. */
export function modelOf({ rates, q, sojournMs, path }: MmppRecipe): MmppModel {
  if (q !== undefined) return mmppModel(rates, q);
  if (sojournMs !== undefined) return uniformJumps(rates, sojournMs);
  if (path === undefined) throw new UserError('sojournMs: give either sojournMs or q');
  return uniformJumps(rates, path.reduce((sum, stay) => sum + stay.durationMs, 0) / path.length);
}

/** How many arrivals a recipe makes on average, with all that is superposed; the count itself where it is exact. */
export function expectedArrivals(recipe: Recipe): number {
  const own = ownArrivals(recipe) * (recipe.thin ?? 1);
  return (recipe.superpose ?? []).reduce((sum, inner) => sum + expectedArrivals(inner), own);
}

function ownArrivals(recipe: Recipe): number {
  if (recipe.process === 'piecewise') return areaOf(segmentsUntil(recipe.points, recipe.durationMs));
  if (recipe.process === 'mmpp' && recipe.count !== undefined) return recipe.count;
  const { profile, durationMs } = recipe;
  const ownMs = profile === undefined ? durationMs : profileTime(profile, durationMs);
  return (processOf(recipe).meanPerSecond * ownMs) / 1000;
}

function modeOf({ mode, count, path }: MmppRecipe): MmppMode {
  if (mode === 'free') return { mode };
  if (mode === 'pinned') return { mode, path: path ?? [], ...(count === undefined ? {} : { count }) };
  if (count === undefined) throw new UserError("count: give the number of arrivals that mode 'conditioned' makes");
  return { mode, count };
}
