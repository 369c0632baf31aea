import type { Ink } from '../plot-spec.js';

export const root = document.documentElement;

/** A colour of the style sheet, as it is now: light, dark or print. */
export function ink(name: Ink | 'axis' | 'grid' | 'shade' | 'limit' | 'paper'): string {
  return getComputedStyle(root).getPropertyValue(`--ink-${name}`).trim();
}
