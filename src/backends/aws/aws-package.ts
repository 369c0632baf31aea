import { UserError } from '../../errors.js';
import { codeOf } from '../wire/socket-failure.js';

/** The version the backends are tested with. */
const VERSIONS = {
  '@aws-sdk/client-lambda': '3.1164.0',
  '@aws-sdk/client-sagemaker-runtime': '3.1164.0',
  '@aws-sdk/client-sagemaker': '3.1142.0',
  '@aws-sdk/client-cloudwatch': '3.1164.0',
  '@aws-sdk/client-cloudwatch-logs': '3.1169.0',
} as const;

/** Loads a package of the vendor when it is needed. Throws `UserError` that says how to install it when it is missing. */
export async function loadAwsPackage<T>(
  backend: string,
  name: keyof typeof VERSIONS,
  load: () => Promise<T>,
): Promise<T> {
  // Its advice to move to a newer Node is for developers, not for who reads a report.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  try {
    return await load();
  } catch (thrown) {
    if (codeOf(thrown) !== 'ERR_MODULE_NOT_FOUND') throw thrown;
    throw new UserError(`backend ${backend}: ${name} is not installed; run: npm install ${name}@${VERSIONS[name]}`);
  }
}
