import type { Ink } from '../../report/html/plot-spec.js';

/** A colour for each system, told apart by their order; beyond the last they begin again. */
const INKS: readonly Ink[] = ['first', 'second', 'third', 'cold', 'bad1', 'bad4', 'bad2', 'bad3'];

export function inkAt(index: number): Ink {
  return INKS[index % INKS.length] as Ink;
}

/** Curves beyond these hide each other. */
export const MOST_CURVES = INKS.length;
