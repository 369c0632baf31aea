import { samplerOf, type Sampler } from './sampler-of.js';
import type { ColdStart } from './system.js';
import { PURPOSE } from './uniform-at.js';

/** The stages of one start, each from the end of the one before, ms. */
export interface StartStages {
  readonly containerMs: number;
  readonly importMs: number;
  readonly downloadMs: number;
  readonly loadMs: number;
  readonly firstInferenceMs: number;
}

export interface ColdStartTimes {
  /** The whole start of the instance with this serial number, ms. */
  readonly ofInstance: Sampler;
  /** Absent: it is known as a whole alone. */
  readonly stages?: (seed: number, serial: number) => StartStages;
}

export function coldStartTimes(coldStart: ColdStart): ColdStartTimes {
  if (coldStart.kind === 'whole') return { ofInstance: samplerOf(coldStart.time, PURPOSE.coldStart) };
  const { container, download, load, firstInference, overlap } = coldStart;
  const laws = [container, coldStart.import, download, load, firstInference];
  const draws = laws.map((law, i) => samplerOf(law, PURPOSE.coldStart + 2 * i));
  const slices = overlap.value === 'slices' ? Math.max(1, coldStart.slices.value) : 1;
  const stages = (seed: number, serial: number): StartStages => {
    const [containerMs = 0, importMs = 0, downloadMs = 0, loadMs = 0, firstInferenceMs = 0] = draws.map((draw) =>
      draw(seed, serial),
    );
    const apart = { containerMs, importMs, downloadMs, loadMs, firstInferenceMs };
    return overlap.value === 'none' ? apart : overlapped(apart, slices);
  };
  const ofInstance: Sampler = (seed, serial) => {
    const { containerMs, importMs, downloadMs, loadMs, firstInferenceMs } = stages(seed, serial);
    return containerMs + importMs + downloadMs + loadMs + firstInferenceMs;
  };
  return { ofInstance, stages };
}

/**
 * The download begins with the import; a slice is loaded once the library is imported, the slice is there and the one before
 * it is loaded. What is left of download and load after the import, as far as each holds up the other.
 */
function overlapped(apart: StartStages, slices: number): StartStages {
  const { importMs, downloadMs, loadMs } = apart;
  let atMs = importMs;
  for (let slice = 1; slice <= slices; slice++) atMs = Math.max(atMs, (downloadMs * slice) / slices) + loadMs / slices;
  return { ...apart, downloadMs: Math.max(0, atMs - importMs - loadMs), loadMs };
}
