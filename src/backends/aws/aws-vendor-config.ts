import { trustInTls } from '../wire/connect-options.js';
import type { AwsOptions } from './aws-options.js';

/** What is passed to every client of the vendor. Retries would send what the trace does not hold. */
export function vendorConfig({ region, profile, endpointUrl }: AwsOptions) {
  return {
    maxAttempts: 1,
    ...(region === null ? {} : { region }),
    ...(profile === null ? {} : { profile }),
    ...(endpointUrl === null ? {} : { endpoint: endpointUrl }),
  };
}

/** The same for clients that ask the service itself, with the trust that its calls have. */
export function serviceConfig(options: AwsOptions) {
  const { ca, cert } = options.connect;
  const isUsual = ca === null && cert === null;
  return {
    ...vendorConfig(options),
    ...(isUsual ? {} : { requestHandler: { httpsAgent: trustInTls(options.connect) } }),
  };
}
