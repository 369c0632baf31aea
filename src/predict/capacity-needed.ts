import type { SimulatedSystem } from '../systems/system.js';
import { withValues } from '../systems/vary-system.js';
import type { Draw } from './draw.js';
import type { JobCell } from './draw-job.js';
import { shareMeeting, type Slo } from './meets-slo.js';

/** Numbers of instances that are tried. */
export const TRIED_INSTANCES = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64] as const;
const DRAWS = 10;

/** The simulations that `capacityNeeded` needs; none for a pool, which has what it needs. */
export function capacityJob(cell: JobCell): readonly JobCell[] {
  if (cell.system.station.kind === 'pool') return [];
  const draws = Array.from({ length: DRAWS }, (_, index) => ({ layer: 'all', index }) as const);
  return TRIED_INSTANCES.map((count) => ({ ...cell, draws, system: withInstances(cell.system, count) }));
}

/** The smallest number of instances that meets the SLO in `confident` of the draws; null: none that was tried does. */
export function capacityNeeded(
  results: readonly (readonly Draw[])[],
  slo: readonly Slo[],
  confident: number,
): { readonly instances: number; readonly draws: readonly Draw[] } | null {
  for (const [i, draws] of results.entries())
    if (shareMeeting(draws, slo) >= confident) return { instances: TRIED_INSTANCES[i] ?? 0, draws };
  return null;
}

function withInstances(system: SimulatedSystem, count: number): SimulatedSystem {
  return withValues(system, new Map([['server.instances', count]]));
}
