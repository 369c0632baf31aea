import { isUserError, messageOf } from '../errors.js';

/** One line of a dry run. */
export interface CheckStep {
  readonly name: string;
  readonly state: 'ok' | 'failed' | 'skipped';
  /** Printable. */
  readonly text: string;
  /** For programs, where there is more to tell. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface Learnt<T> {
  readonly text: string;
  readonly value: T;
  readonly facts?: CheckStep['facts'];
}

/** What a step learnt; undefined where it failed for a reason that the user can fix, which has been reported. Anything else is a bug and goes on. */
export async function attempt<T>(
  tell: (step: CheckStep) => void,
  name: string,
  learn: () => Promise<Learnt<T>>,
): Promise<T | undefined> {
  try {
    const { text, value, facts } = await learn();
    tell({ name, state: 'ok', text, ...(facts === undefined ? {} : { facts }) });
    return value;
  } catch (thrown) {
    if (!isUserError(thrown)) throw thrown;
    tell({ name, state: 'failed', text: messageOf(thrown) });
    return undefined;
  }
}
