import type { Served } from './serve-model.js';

/** The value of `x-replay-cold-start`. */
export function tellCold({ stages }: Served): 'cold' | 'warm' {
  return stages === null ? 'warm' : 'cold';
}

/** The value of `x-replay-usage`: ms to a thousandth, MB. */
export function tellUsage({ durationMs, cpuMs, memoryMb, stages }: Served): Readonly<Record<string, number>> {
  const told = {
    durationMs,
    cpuMs,
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(stages === null ? {} : { initMs: stages.containerMs, ...stages }),
  };
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [name, Math.round(value * 1000) / 1000]));
}
