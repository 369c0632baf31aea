import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options?: { readonly type: 'minor' }) => void;

/** What survives may then grow by this much before the next whole collection: V8 itself begins it at about twice. */
const GROWING_PERCENT = 400;

/**
 * Collects this thread's garbage now, so that what getting ready left is not collected during the run (25 ms were seen). In a
 * process that does not expose its collector (`exposeCollector`), nothing happens.
 */
export function collectGarbage(): void {
  collector()?.();
}

/**
 * The same, and lets much more gather before all is collected again: that takes 5-15 ms of a CPU, and in the first seconds of
 * a run it was V8's answer to the rehearsal.
 */
export function collectForLong(): void {
  // Read when a collection ends. Flags are the whole process's: other threads are collected as usual.
  setFlagsFromString(`--heap-growing-percent=${String(GROWING_PERCENT)}`);
  collectGarbage();
  setFlagsFromString('--heap-growing-percent=0');
}

/**
 * Only among the young objects; those that live go over to the old ones, and are not moved again. Compiled code stays,
 * which a whole collection throws away where it was compiled for kinds of objects of which none is left.
 */
export function collectYoung(): void {
  const collect = collector();
  // Objects are old when they have been moved twice.
  for (let i = 0; i < 2; i++) collect?.({ type: 'minor' });
}

/** How many want the collector now. */
let exposures = 0;

/** Lets all threads collect their garbage when they want to. Returns its undo: new contexts then have no `gc` again. */
export function exposeCollector(): () => void {
  if (exposures === 0 && collector() !== undefined) return () => undefined;
  if (exposures++ === 0) setFlagsFromString('--expose-gc');
  let isExposed = true;
  return () => {
    if (isExposed && --exposures === 0) setFlagsFromString('--no-expose-gc');
    isExposed = false;
  };
}

/** A context that is made while the flag is set has it. */
function collector(): Collect | undefined {
  return runInNewContext('typeof gc === "function" ? gc : undefined') as Collect | undefined;
}
