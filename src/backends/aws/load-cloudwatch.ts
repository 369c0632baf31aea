import { loadAwsPackage } from './aws-package.js';

export interface CloudWatchPackages {
  readonly metrics: typeof import('@aws-sdk/client-cloudwatch');
  /** Undefined: no log is read. */
  readonly logs: typeof import('@aws-sdk/client-cloudwatch-logs') | undefined;
}

/** The vendor's packages. Throws `UserError` that says how to install what is missing. */
export async function loadCloudWatch(backend: string, withLogs: boolean): Promise<CloudWatchPackages> {
  const load = <T>(name: '@aws-sdk/client-cloudwatch' | '@aws-sdk/client-cloudwatch-logs', get: () => Promise<T>) =>
    loadAwsPackage(backend, name, get);
  return {
    metrics: await load('@aws-sdk/client-cloudwatch', () => import('@aws-sdk/client-cloudwatch')),
    logs: withLogs
      ? await load('@aws-sdk/client-cloudwatch-logs', () => import('@aws-sdk/client-cloudwatch-logs'))
      : undefined,
  };
}
