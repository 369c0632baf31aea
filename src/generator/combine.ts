import { UserError } from '../errors.js';
import { justBelow, type ArrivalProcess } from './arrival-process.js';
import { numberWithin } from './bounds.js';
import { ChunkWriter } from './chunk-writer.js';
import { mergeSorted } from './merge-sorted.js';
import type { Random } from './random.js';

/** The arrivals of all processes, each with a stream of its own: `superposed 0` for the first, and so on. */
export function superpose(processes: readonly ArrivalProcess[]): ArrivalProcess {
  if (processes.length === 0) throw new UserError('superpose: give at least one process');
  return {
    name: 'superpose',
    meanPerSecond: processes.reduce((sum, { meanPerSecond }) => sum + meanPerSecond, 0),
    arrivals: (random, durationMs) =>
      mergeSorted(processes.map((process, i) => process.arrivals(random.split(`superposed ${String(i)}`), durationMs))),
  };
}

/** Keeps each arrival with probability `keep`, in (0, 1], independently: the result is a part of the unthinned arrivals. */
export function thin(process: ArrivalProcess, keep: number): ArrivalProcess {
  numberWithin(keep, 'thin', LEAST_KEPT, 1);
  return {
    name: process.name,
    meanPerSecond: process.meanPerSecond * keep,
    arrivals: (random, durationMs) => kept(process.arrivals(random, durationMs), keep, random.split('thinning')),
  };
}

export const LEAST_KEPT = 1e-9;

/** Multiplies all times: 2 makes everything take twice as long, at half the rate. In [0.000001, 1000000]. */
export function scaleTime(process: ArrivalProcess, factor: number): ArrivalProcess {
  numberWithin(factor, 'scaleTime', 1e-6, MOST_TIME_SCALE);
  return {
    name: process.name,
    meanPerSecond: process.meanPerSecond / factor,
    arrivals: (random, durationMs) => scaled(process.arrivals(random, durationMs / factor), factor, durationMs),
  };
}

export const MOST_TIME_SCALE = 1e6;

function* kept(
  arrivals: Iterable<Float64Array>,
  keep: number,
  random: Random,
): Generator<Float64Array, void, undefined> {
  const chunks = new ChunkWriter();
  for (const chunk of arrivals) {
    for (let i = 0; i < chunk.length; i++) {
      const full = random.uniform() < keep ? chunks.push(chunk[i] as number) : undefined;
      if (full !== undefined) yield full;
    }
  }
  yield* chunks.rest();
}

function* scaled(
  arrivals: Iterable<Float64Array>,
  factor: number,
  durationMs: number,
): Generator<Float64Array, void, undefined> {
  const lastMs = justBelow(durationMs);
  for (const chunk of arrivals) yield chunk.map((atMs) => Math.min(atMs * factor, lastMs));
}
