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
