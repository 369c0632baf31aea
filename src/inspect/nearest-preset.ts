import { generate } from '../generator/generate.js';
import { PRESET_NAMES, presetRecipe, type PresetName } from '../generator/presets.js';
import type { Arrivals } from './arrivals.js';
import { gapStatistics, type GapStatistics } from './gap-statistics.js';
import { idcCurve, type IdcPoint } from './idc-curve.js';

/** Which shipped workload a trace is most like, in its rate and in how it varies. */
export interface Likeness {
  readonly preset: PresetName;
  /** The mean difference of the features, as a natural logarithm: 0.1 is about 10 %. */
  readonly distance: number;
  /** Near enough to say so. */
  readonly resembles: boolean;
}

/** Draws of the same preset with other seeds are seldom farther from it. */
const NEAR = 0.4;

export function nearestPreset(
  meanPerSecond: number,
  gaps: GapStatistics | null,
  idc: readonly IdcPoint[],
): Likeness | null {
  const own = features(meanPerSecond, gaps, idc);
  if (own === null) return null;
  const [nearest] = PRESET_NAMES.map((preset) => ({
    preset,
    distance: distance(own, featuresOf(shipped(preset)) ?? own),
  })).sort((a, b) => a.distance - b.distance);
  return nearest === undefined ? null : { ...nearest, resembles: nearest.distance < NEAR };
}

function shipped(preset: PresetName): Arrivals {
  const { durationMs, chunks } = generate(presetRecipe(preset));
  const all = [...chunks];
  return { count: all.reduce((sum, chunk) => sum + chunk.length, 0), durationMs, chunks: () => all };
}

/** Mean rate, variability of gaps, dispersion of counts in 1 and 10 s, all as logarithms; null for a trace too short for them. */
function features(meanPerSecond: number, gaps: GapStatistics | null, curve: readonly IdcPoint[]): number[] | null {
  const idcs = curve.filter(({ windowMs }) => WINDOWS_MS.includes(windowMs)).map(({ idc }) => idc);
  if (gaps === null || idcs.length < WINDOWS_MS.length) return null;
  return [meanPerSecond, ...[gaps.scv, ...idcs].map((value) => Math.max(value, 0.01))].map(Math.log);
}

function featuresOf(arrivals: Arrivals): number[] | null {
  const meanPerSecond = (arrivals.count * 1000) / arrivals.durationMs;
  return features(meanPerSecond, gapStatistics(arrivals), idcCurve(arrivals, WINDOWS_MS));
}

const WINDOWS_MS = [1000, 10_000];

function distance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? value)), 0) / a.length;
}
