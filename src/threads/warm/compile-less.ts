import { setFlagsFromString } from 'node:v8';

interface Setting {
  readonly usual: number;
  readonly during: number;
}

/** How often a function must have been called, where a loop counts by its rounds. */
const BY_CALLS: Readonly<Record<string, Setting>> = {
  // Each is a budget that a function has already begun to use up, so it holds from the function's next look on.
  'invocation-count-for-maglev': { usual: 400, during: 40_000 },
  'invocation-count-for-turbofan': { usual: 3000, during: 300_000 },
  // Holds at once: without it 5-20 functions a second were compiled to the end of the run.
  'minimum-invocations-before-optimization': { usual: 2, during: 300_000 },
};

/**
 * The flags by which V8 decides when to compile a function, and its own values. V8 11 is in Node 20, 12 in 22, 13 in 24, 14
 * in 26.
 */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, Setting>>>> = {
  '11': {
    // Bytes of bytecode run between two looks at a function. It holds from its next look on, the others at once.
    'interrupt-budget': { usual: 67_584, during: 675_840 },
    // After so many looks, or at the first where it is so short.
    'ticks-before-optimization': { usual: 3, during: 30 },
    'max-bytecode-size-for-early-opt': { usual: 81, during: 0 },
  },
  '12': BY_CALLS,
  '13': BY_CALLS,
  '14': BY_CALLS,
};

/**
 * From now on V8 compiles only what has computed for some 100 ms in one function, not for 1: what is called often has been
 * compiled in the rehearsal, and each compilation of the rest takes 1-10 ms of a CPU that a worker may want. Flags are the
 * whole process's, so it holds in all threads; returns what makes it as usual again. Other versions of V8 know no such
 * flags, and say so aloud: they are left alone.
 */
export function compileLess(): () => void {
  const [major = ''] = process.versions.v8.split('.');
  const settings = Object.entries(SETTINGS[major] ?? {});
  const set = (when: keyof Setting): void => {
    for (const [flag, value] of settings) setFlagsFromString(`--${flag}=${String(value[when])}`);
  };
  set('during');
  return () => {
    set('usual');
  };
}
