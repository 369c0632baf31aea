import type { Backend, Capacity } from '../backend.js';

/** A client whose address and credentials are known. */
export interface OpenClient {
  readonly invoke: Backend['invoke'];
  readonly invokeBatch?: NonNullable<Backend['invokeBatch']>;
  facts(): Readonly<Record<string, string | number | boolean>>;
  /** As `Backend.rehearse`. */
  rehearse?(signal: AbortSignal): Promise<Backend | undefined>;
  close(): Promise<void>;
}

/**
 * A backend whose client comes to be in `prepare`, since only the vendor's package knows the address and the credentials;
 * a backend that only probes never opens one.
 */
export function awsBackend(
  open: (signal: AbortSignal) => Promise<OpenClient>,
  probe: () => Promise<readonly Capacity[]>,
): Backend {
  let client: OpenClient | undefined;
  return {
    async prepare(signal) {
      const opening = open(signal);
      client = await untilAborted(opening, signal);
      // The caller that stopped does not wait for a chain that asks the network; what still comes is let go.
      if (client === undefined) opening.then((late) => late.close()).catch(() => undefined);
    },
    rehearse: (signal) => client?.rehearse?.(signal) ?? Promise.resolve(undefined),
    invoke(call) {
      if (client === undefined) throw new Error('invoked before it was prepared');
      return client.invoke(call);
    },
    invokeBatch(call) {
      if (client?.invokeBatch === undefined) throw new Error('a batch in a run without batches');
      return client.invokeBatch(call);
    },
    probe: async (signal) => (await untilAborted(probe(), signal)) ?? [],
    facts: () => client?.facts() ?? {},
    close: async () => client?.close(),
  };
}

/** Undefined when the signal was first. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) {
    promise.catch(() => undefined);
    return undefined;
  }
  let giveUp: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    giveUp = () => {
      resolve(undefined);
    };
  });
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
