import { holdFlags } from './process-flags.js';

/**
 * Keeps the space for young objects at its present size, in all threads: V8 doubles it when much survives, once or twice in
 * a long run, and the memory of the run with it. Returns its undo.
 */
export function freezeYoungSpace(): () => void {
  return holdFlags({ 'semi-space-growth-factor': { usual: 2, held: 1 } });
}
