import { holdFlags, type Flags } from './process-flags.js';

/** How often a function must have been called, where a loop counts by its rounds. */
const BY_CALLS: Flags = {
  // Each is a budget that a function has already begun to use up, so it holds from V8's next check of the function on.
  'invocation-count-for-maglev': { usual: 400, held: 40_000 },
  'invocation-count-for-turbofan': { usual: 3000, held: 300_000 },
  // Holds at once: without it 5-20 functions a second were compiled to the end of the run.
  'minimum-invocations-before-optimization': { usual: 2, held: 300_000 },
};

/** The flags by which V8 decides when to compile a function. V8 11 is in Node 20, 12 in 22, 13 in 24, 14 in 26. */
const FLAGS: Readonly<Record<string, Flags>> = {
  '11': {
    // Bytes of bytecode run between two checks of a function. It holds from its next check on, the others at once.
    'interrupt-budget': { usual: 67_584, held: 675_840 },
    // After this many checks, or at the first where the function is short.
    'ticks-before-optimization': { usual: 3, held: 30 },
    'max-bytecode-size-for-early-opt': { usual: 81, held: 0 },
  },
  '12': BY_CALLS,
  '13': BY_CALLS,
  '14': BY_CALLS,
};

/**
 * From now on V8 optimises a function, in any thread, only after about 100 ms of run time instead of 1 ms: what is called
 * often was compiled in the rehearsal, and compiling each of the rest takes 1-10 ms of a CPU that a worker may need. Returns
 * its undo. Other versions of V8 have no such flags, and print an error for a flag that they do not know: they are left alone.
 */
export function raiseJitThresholds(): () => void {
  const [major = ''] = process.versions.v8.split('.');
  return holdFlags(FLAGS[major] ?? {});
}
