import type { BackendPlugin, RawOptions } from '../backends/backend.js';
import type { Payload } from '../trace.js';

/** What the contract suite is given. */
export interface ContractSubject {
  /** Your test runner's `it` or `test`. */
  readonly it: (name: string, test: () => Promise<void>) => void;
  readonly plugin: BackendPlugin;
  /** Texts as `--set` would give them; the service they name must be up and succeed. */
  readonly options: RawOptions;
  /** The same for a service that is down, refuses or fails. Absent: that failures are returned is not tested. */
  readonly failing?: RawOptions;
  readonly payloads?: readonly Payload[];
  /** Payloads of which the first can go in a batch with itself. Absent: that batches are sent is not tested. */
  readonly batchPayloads?: readonly Payload[];
}

/** How messages name the plugin. */
export const UNDER_TEST = 'under test';

/** One backend to open, with its payloads. */
export type Subject = Pick<ContractSubject, 'plugin' | 'options'> & {
  readonly payloads: readonly Payload[];
  /** Absent: requests go one by one. */
  readonly batchSize?: number;
};
