import type { Capacity } from '../backend.js';
import { serviceConfig } from '../aws/aws-vendor-config.js';
import type { LambdaOptions } from './lambda-options.js';
import { loadLambda } from './open-lambda.js';

/**
 * What is provisioned for the function: `provisioned-concurrency:2048MB:x86_64` costs by the hour, `reserved-concurrency`
 * is a limit. A function URL names no function to ask about.
 */
export async function probeLambda(options: LambdaOptions): Promise<readonly Capacity[]> {
  if (options.target.kind === 'url' || options.auth === 'none') return [];
  const sdk = await loadLambda();
  const { function: FunctionName, qualifier } = options.target;
  const client = new sdk.LambdaClient(serviceConfig(options));
  const Qualifier = qualifier ?? FunctionName.split(':function:')[1]?.split(':')[1];
  try {
    const function_ = await client.send(
      new sdk.GetFunctionConfigurationCommand({
        FunctionName,
        ...(qualifier === null ? {} : { Qualifier: qualifier }),
      }),
    );
    const reserved = await client.send(new sdk.GetFunctionConcurrencyCommand({ FunctionName }));
    const provisioned =
      Qualifier === undefined
        ? undefined
        : await client
            .send(new sdk.GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }))
            .catch(noneIfAbsent);
    const size = `${String(function_.MemorySize ?? 0)}MB:${function_.Architectures?.[0] ?? 'x86_64'}`;
    return [
      ...capacity(`provisioned-concurrency:${size}`, provisioned?.AllocatedProvisionedConcurrentExecutions),
      ...capacity('reserved-concurrency', reserved.ReservedConcurrentExecutions),
    ];
  } finally {
    client.destroy();
  }
}

function noneIfAbsent(thrown: unknown): undefined {
  if (thrown instanceof Error && thrown.name === 'ProvisionedConcurrencyConfigNotFoundException') return undefined;
  throw thrown;
}

function capacity(kind: string, count: number | undefined): readonly Capacity[] {
  return count === undefined ? [] : [{ kind, count }];
}
