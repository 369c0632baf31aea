import type { Outcome } from '../sample.js';

/**
 * One call outside the engine, as a promise, however the backend reports. `callOf` makes the call that `invoke` gets, with the
 * `settle` given. Rejects with what `invoke` throws.
 */
export async function invoked<C, O extends Outcome>(
  invoke: (call: C) => Promise<O> | 'settles',
  callOf: (settle: (outcome: O) => void) => C,
): Promise<O> {
  let settle: (outcome: O) => void = () => undefined;
  const settled = new Promise<O>((resolve) => {
    settle = (outcome) => {
      // It may be used again.
      resolve({ ...outcome });
    };
  });
  const handed = invoke(callOf(settle));
  return handed === 'settles' ? settled : handed;
}
