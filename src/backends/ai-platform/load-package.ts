import { UserError } from '../../errors.js';
import { codeOf } from '../wire/socket-failure.js';

/** Loads a package of Google's. Throws `UserError` with the command where it is not installed. */
export async function loadPackage<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (thrown) {
    // The second is that of a package which misses one of its own.
    if (!['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(codeOf(thrown))) throw thrown;
    throw new UserError(
      'backend ai-platform: transport=grpc needs packages that are not installed; run: npm install @google-cloud/aiplatform@6.11.0 @grpc/grpc-js@1.14.7',
    );
  }
}
