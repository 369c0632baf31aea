import type { BackendPlugin } from '../backends/backend.js';
import { printable, UserError } from '../errors.js';

/** Throws `UserError` unless the backend, with these parsed options, sends several requests in one call. */
export function checkBatches(plugin: BackendPlugin, options: unknown): void {
  const can = plugin.batches?.(options) ?? 'it sends one request a call';
  if (can !== true)
    throw new UserError(`backend ${plugin.name} does not batch: ${printable(can)}; leave out --batch-size`);
}
