import { setFlagsFromString } from 'node:v8';

/** Calls, where a loop counts by its rounds. */
const BY_CALLS = { 'invocation-count-for-maglev': 400, 'invocation-count-for-turbofan': 3000 };

/** How V8 is told when to compile a function, and what it does when it is told nothing. V8 11 is in Node 20, 12 and 13 in 22 and 24. */
const USUAL: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // Bytes of bytecode run between two looks at a function.
  '11': { 'interrupt-budget': 67_584 },
  '12': BY_CALLS,
  '13': BY_CALLS,
};

const TIMES = 15;

/**
 * From now on V8 compiles only what has computed for some 10 ms in one function, not for 1: what is called often has been
 * compiled in the rehearsal, and each compilation of the rest takes 1-10 ms of a CPU that a worker may want. Flags are the
 * whole process's, so it holds in all threads; returns what makes it as usual again. Other versions of V8 know no such
 * flags, and say so aloud: they are left alone.
 */
export function compileLess(): () => void {
  const [major = ''] = process.versions.v8.split('.');
  const usual = Object.entries(USUAL[major] ?? {});
  for (const [flag, value] of usual) setFlagsFromString(`--${flag}=${String(TIMES * value)}`);
  return () => {
    for (const [flag, value] of usual) setFlagsFromString(`--${flag}=${String(value)}`);
  };
}
