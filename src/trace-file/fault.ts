import { diskTrouble } from '../host/disk-trouble.js';
import type { UserError } from '../errors.js';

/** Makes the error for one trace file: it puts the file's name before what is wrong and what to do. */
export type Fault = (text: string) => UserError;

/** An error of the file system as the user's, under `fault`; any other error comes back as it is. */
export function fileFault(error: unknown, fault: Fault, doing: 'read' | 'written'): unknown {
  const trouble = diskTrouble(error);
  return trouble === undefined ? error : fault(`it cannot be ${doing}: ${trouble}`);
}
