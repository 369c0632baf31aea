import type { Backend } from '../backends/backend.js';
import { printable, UserError } from '../errors.js';

/** Throws `UserError` where a plugin promised what its backend does not have. */
export function checkInvokeBatch(name: string, backend: Backend): void {
  if (typeof backend.invokeBatch === 'function') return;
  throw new UserError(
    `backend ${printable(name)} says that it batches, and has no invokeBatch; add it, or leave out --batch-size`,
  );
}
