import type { MmppRecipe } from './recipe.js';

export const PRESET_NAMES = ['workload-40', 'workload-120', 'workload-200'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** What the study of serving systems says of a workload, and what it leaves open (`lowPerSecond`, `highSojournMs`: our choice). */
export interface Preset {
  /** Requests in all, exactly. */
  readonly count: number;
  readonly durationMs: number;
  /** The peak: the rate of the high state. */
  readonly highPerSecond: number;
  readonly lowPerSecond: number;
  /** Mean time in the high state; that of the low state then follows from count, duration and rates. */
  readonly highSojournMs: number;
  /** When its plots show the high rate, as far as they do, ms. */
  readonly seenHighMs: readonly (readonly [fromMs: number, toMs: number])[];
}

/**
 * Two-state workloads with the counts, lengths and peaks of the study. The low rates of the second and third are those of
 * published two-state processes with the same peaks (Ali et al., "BATCH", SC 2020); that of the first is the one at which
 * a function with a 2.25 s cold start opens 15 instances, as was seen. High sojourns are the mean of the windows seen.
 */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  'workload-40': {
    count: 15_000,
    durationMs: 870_000,
    highPerSecond: 40,
    lowPerSecond: 20 / 3,
    highSojournMs: 46_400,
    seenHighMs: [[100_000, 870_000]],
  },
  'workload-120': {
    count: 15_000,
    durationMs: 250_000,
    highPerSecond: 120,
    lowPerSecond: 10,
    highSojournMs: 62_500,
    seenHighMs: [
      [75_000, 150_000],
      [200_000, 250_000],
    ],
  },
  'workload-200': {
    count: 18_000,
    durationMs: 190_000,
    highPerSecond: 200,
    lowPerSecond: 10,
    highSojournMs: 50_000,
    seenHighMs: [
      [0, 50_000],
      [150_000, 190_000],
    ],
  },
};

/**
 * Chosen from a search of the seeds below 8000 as among those whose conditioned path is nearest to what the study's plots
 * show: high at 100-193, 303-399, 510-559, 830-870 s; at 77-141, 200-250 s (11.3 s in the other state; the least found is
 * 10.2); and at 0-47, 150-190 s (3.7 s, the least found).
 */
export const SHIPPED_SEEDS: Readonly<Record<PresetName, number>> = {
  'workload-40': 1218,
  'workload-120': 2904,
  'workload-200': 5297,
};

/** The recipe of a preset: conditioned on its count, state 0 low and state 1 high. Another seed gives another draw of the same workload. */
export function presetRecipe(name: PresetName, seed: number | string = SHIPPED_SEEDS[name]): MmppRecipe {
  const { count, durationMs, lowPerSecond, highPerSecond, highSojournMs } = PRESETS[name];
  const rates = [lowPerSecond, highPerSecond];
  return {
    process: 'mmpp',
    durationMs,
    seed,
    rates,
    sojournMs: [lowSojournMs(PRESETS[name]), highSojournMs],
    mode: 'conditioned',
    count,
  };
}

/** mean = p high + (1 - p) low and p = sojournHigh / (sojournHigh + sojournLow), solved for the last. */
function lowSojournMs({ count, durationMs, lowPerSecond, highPerSecond, highSojournMs }: Preset): number {
  const high = ((count * 1000) / durationMs - lowPerSecond) / (highPerSecond - lowPerSecond);
  return (highSojournMs * (1 - high)) / high;
}
