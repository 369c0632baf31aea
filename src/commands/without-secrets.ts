import { UserError } from '../errors.js';
import { hideSecrets } from '../secrets/hide-secrets.js';
import { secretParts } from '../secrets/secret-parts.js';

/** Does `work`, and takes `values` out of what it reports to the user where it fails. */
export async function withoutSecrets<T>(values: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (values.length === 0 || !(thrown instanceof UserError)) throw thrown;
    throw new UserError(hideSecrets(values.flatMap(secretParts))(thrown.message));
  }
}
