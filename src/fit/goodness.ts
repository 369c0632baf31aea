import { seededRandom } from '../generator/random.js';
import { generate } from '../generator/generate.js';
import { parseRecipe } from '../generator/parse-recipe.js';
import { arrivalsOf, type Arrivals } from '../inspect/arrivals.js';
import { gapStatistics } from '../inspect/gap-statistics.js';
import { idcCurve, idcWindows, type IdcPoint } from '../inspect/idc-curve.js';
import type { Candidate, FitData } from './candidate.js';
import { kolmogorov, type Kolmogorov } from './kolmogorov.js';

/** Whether a fitted process could have made the trace. */
export interface Goodness {
  /** Of the gaps, each put through the law that the process has for it (time rescaling). */
  readonly kolmogorov: Kolmogorov;
  readonly idc: readonly (IdcPoint & Band)[];
  /** Of gaps 1, 10 and 100 arrivals apart. */
  readonly correlation: readonly (Band & { readonly lag: number; readonly value: number })[];
  /** How many traces of the recipe the bands are made of: the lowest and the highest of them. */
  readonly simulated: number;
  readonly fits: boolean;
  /** Why not, as sentences. */
  readonly misfits: readonly string[];
}

interface Band {
  readonly low: number;
  readonly high: number;
}

/** Of 39, one in forty is below the lowest, and one above the highest: a band of 95 %. */
const SIMULATED = 39;
/** Simulated arrivals in all. */
const MOST_ARRIVALS = 4_000_000;
const LEAST_SIMULATED = 5;
/** A distance that only very long traces can separate from chance makes no difference to a replay. */
const SMALL_DISTANCE = 0.015;
const LAGS = [1, 10, 100];

export function goodness(candidate: Candidate, { atMs, durationMs }: FitData): Goodness {
  const windows = idcWindows(durationMs);
  const ours = figures(arrivalsOf(atMs, durationMs), windows);
  const copies = Math.max(LEAST_SIMULATED, Math.min(SIMULATED, Math.floor(MOST_ARRIVALS / atMs.length)));
  const theirs = Array.from({ length: copies }, (_, copy) => figures(simulated(candidate.recipe, copy), windows));
  const idc = ours.idc.map((point) => ({ ...point, ...bandOf(theirs.map((one) => one.idc.find(({ windowMs }) => windowMs === point.windowMs)?.idc)) })); // prettier-ignore
  const correlation = LAGS.flatMap((lag, i) => {
    const value = ours.correlation[i];
    return value === undefined ? [] : [{ lag, value, ...bandOf(theirs.map((one) => one.correlation[i])) }];
  });
  const distance = kolmogorov(candidate.survivals());
  const misfits = [...gapMisfit(distance), ...idcMisfit(idc), ...correlationMisfit(correlation)];
  return { kolmogorov: distance, idc, correlation, simulated: copies, fits: misfits.length === 0, misfits };
}

interface Figures {
  readonly idc: readonly IdcPoint[];
  readonly correlation: readonly (number | undefined)[];
}

function figures(arrivals: Arrivals, windows: number[]): Figures {
  const gaps = gapStatistics(arrivals);
  return { idc: idcCurve(arrivals, windows), correlation: LAGS.map((lag) => gaps?.autocorrelation[lag - 1]) };
}

function simulated(recipe: Candidate['recipe'], copy: number): Arrivals {
  const seed = Math.floor(seededRandom(`goodness of fit ${String(copy)}`).uniform() * 2 ** 50);
  const { durationMs, chunks } = generate(parseRecipe({ ...recipe, seed }));
  const all = [...chunks];
  return { count: all.reduce((sum, chunk) => sum + chunk.length, 0), durationMs, chunks: () => all };
}

/** The lowest and the highest of what is known. */
function bandOf(values: readonly (number | undefined)[]): Band {
  const known = values.filter((value) => value !== undefined);
  return { low: Math.min(...known), high: Math.max(...known) };
}

function gapMisfit({ distance, p }: Kolmogorov): string[] {
  if (p >= 0.01 || distance < SMALL_DISTANCE) return [];
  return [
    `the gaps have another law (Kolmogorov-Smirnov distance ${distance.toFixed(3)}, p ${p < 1e-4 ? '< 0.0001' : p.toFixed(4)})`,
  ];
}

/** More room than chance takes, since the band is made of few traces. */
const ROOM = 1.1;

function idcMisfit(idc: Goodness['idc']): string[] {
  const seen = idc.filter(({ windows }) => windows >= 8);
  const out = seen.filter(({ idc: value, low, high }) => value > high * ROOM || value < low / ROOM);
  if (out.length <= Math.max(1, seen.length / 5)) return [];
  const far = (point: Goodness['idc'][number]): number =>
    Math.abs(Math.log(point.idc / Math.sqrt(point.low * point.high)));
  const worst = out.reduce((most, point) => (far(point) > far(most) ? point : most));
  return [
    `counts vary otherwise at ${String(out.length)} of ${String(seen.length)} time scales (in windows of ${String(worst.windowMs)} ms variance / mean is ${worst.idc.toPrecision(3)}, that of the process ${worst.low.toPrecision(3)} to ${worst.high.toPrecision(3)})`,
  ];
}

function correlationMisfit(correlation: Goodness['correlation']): string[] {
  const [first] = correlation;
  if (first === undefined) return [];
  const room = 0.02 + 0.1 * (first.high - first.low);
  if (first.value >= first.low - room && first.value <= first.high + room) return [];
  return [
    `neighbouring gaps correlate by ${first.value.toFixed(3)}, those of the process by ${first.low.toFixed(3)} to ${first.high.toFixed(3)}`,
  ];
}
