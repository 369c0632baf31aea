import { collectForLong, collectYoung, exposeCollector } from './collect-garbage.js';
import { detachOne } from './detach-one.js';
import { freezeYoungSpace } from './freeze-young-space.js';
import { holdFlags } from './process-flags.js';
import { raiseJitThresholds } from './raise-jit-thresholds.js';

/**
 * Young objects of each thread made from now on get this much space from the start: a space that grows meanwhile is collected
 * for 5 ms at a time, a larger one for longer, a smaller one too often.
 */
export const SEMI_SPACE_MB = 8;

/** V8 as a run needs it. All of it holds for the whole process, until `undo`. */
export interface WarmProcess {
  /** The run begins: from here on the heap keeps its shape, and beside workers that spin little is compiled. */
  start(workersSpin: boolean): void;
  /** Workers sleep between their wakes from now on, which leaves the compiler a CPU. */
  compileAsUsual(): void;
  /** Leaves the process as it was found. May be called again. */
  undo(): void;
}

/** Prepares V8 for a run: this thread's heap now, that of the workers when they are made. */
export function warmUp(): WarmProcess {
  const undos = [exposeCollector(), holdFlags({ 'min-semi-space-size': { usual: 0, held: SEMI_SPACE_MB } })];
  let compileAsUsual = (): void => undefined;
  detachOne();
  collectForLong();
  return {
    start(workersSpin) {
      undos.push(freezeYoungSpace());
      if (workersSpin) compileAsUsual = raiseJitThresholds();
      collectYoung();
    },
    compileAsUsual() {
      compileAsUsual();
    },
    undo() {
      compileAsUsual();
      for (const undo of undos.splice(0)) undo();
    },
  };
}
