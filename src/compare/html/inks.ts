import type { Ink } from '../../report/html/plot-spec.js';

/** A colour for each system, distinguished by their order; beyond the last they begin again. */
const INKS: readonly Ink[] = ['system1', 'system2', 'system3', 'system4', 'system5', 'system6', 'system7', 'system8'];

export function inkAt(index: number): Ink {
  return INKS[index % INKS.length] as Ink;
}

/** Every second curve is dashed, so that neighbours differ in more than their colour. */
export function isDashed(index: number): boolean {
  return index % 2 === 1;
}

/** Curves beyond these hide each other. */
export const MOST_CURVES = INKS.length;
