import type { Backend, BatchCall, BatchOutcome, Call } from '#src/backends/backend';
import { invoked } from '#src/backends/invoked';
import type { Outcome } from '#src/sample';

/** A backend whose calls are promises, however it reports. */
export interface Asked extends Omit<Backend, 'invoke' | 'invokeBatch'> {
  invoke(call: Omit<Call, 'settle'>): Promise<Outcome>;
  invokeBatch(call: Omit<BatchCall, 'settle'>): Promise<BatchOutcome>;
}

export function asked(backend: Backend): Asked {
  return {
    ...backend,
    invoke: (call) =>
      invoked<Call, Outcome>(
        (whole) => backend.invoke(whole),
        (settle) => ({ ...call, settle }),
      ),
    invokeBatch: (call) =>
      invoked<BatchCall, BatchOutcome>(
        (whole) => {
          if (backend.invokeBatch === undefined) throw new Error('it has no invokeBatch');
          return backend.invokeBatch(whole);
        },
        (settle) => ({ ...call, settle }),
      ),
  };
}
