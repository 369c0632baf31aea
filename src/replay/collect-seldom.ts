import { setFlagsFromString } from 'node:v8';
import { collectGarbage } from './collect-garbage.js';

/** What survives a whole collection may grow by so much before the next: V8 itself would begin at about twice. */
const GROWING_PERCENT = 400;

/**
 * Collects what this thread left by getting ready, and lets much more gather before all of it is collected again: that takes
 * 5-15 ms of a CPU, and in the first seconds of a run it was V8's reaction to the rehearsal. Flags are the whole process's,
 * so it holds in all threads; returns what makes it as usual again.
 */
export function collectSeldom(): () => void {
  setFlagsFromString(`--heap-growing-percent=${String(GROWING_PERCENT)}`);
  collectGarbage();
  return () => {
    setFlagsFromString('--heap-growing-percent=0');
  };
}
