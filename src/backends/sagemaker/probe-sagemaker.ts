import type { DescribeEndpointConfigOutput, ProductionVariantSummary } from '@aws-sdk/client-sagemaker';
import type { Capacity } from '../backend.js';
import { loadAwsPackage } from '../aws/aws-package.js';
import { serviceConfig } from '../aws/aws-vendor-config.js';
import type { SageMakerOptions } from './sagemaker-options.js';

/**
 * What serves the endpoint now: instances by type (`ml.m5.xlarge`), and of serverless variants
 * `serverless-provisioned:2048MB` (costs by the hour) and `serverless-limit:2048MB` (how many run at most).
 */
export async function probeSageMaker(options: SageMakerOptions): Promise<readonly Capacity[]> {
  const sdk = await loadAwsPackage('sagemaker', '@aws-sdk/client-sagemaker', () => import('@aws-sdk/client-sagemaker'));
  const client = new sdk.SageMakerClient(serviceConfig(options));
  try {
    const endpoint = await client.send(new sdk.DescribeEndpointCommand({ EndpointName: options.endpoint }));
    const { EndpointConfigName } = endpoint;
    const config = await client.send(new sdk.DescribeEndpointConfigCommand({ EndpointConfigName }));
    return summed((endpoint.ProductionVariants ?? []).flatMap((variant) => capacitiesOf(variant, config)));
  } finally {
    client.destroy();
  }
}

function capacitiesOf(
  variant: ProductionVariantSummary,
  { ProductionVariants }: DescribeEndpointConfigOutput,
): readonly Capacity[] {
  const { InstancePools, CurrentServerlessConfig, CurrentInstanceCount, VariantName } = variant;
  const planned = ProductionVariants?.find((one) => one.VariantName === VariantName);
  const serverless = CurrentServerlessConfig ?? planned?.ServerlessConfig;
  if (serverless !== undefined) {
    const size = `${String(serverless.MemorySizeInMB ?? 0)}MB`;
    return [
      { kind: `serverless-provisioned:${size}`, count: serverless.ProvisionedConcurrency ?? 0 },
      { kind: `serverless-limit:${size}`, count: serverless.MaxConcurrency ?? 0 },
    ];
  }
  if (InstancePools !== undefined && InstancePools.length > 0)
    return InstancePools.map((pool) => ({ kind: String(pool.InstanceType), count: pool.CurrentInstanceCount ?? 0 }));
  return [{ kind: planned?.InstanceType ?? 'unknown instance type', count: CurrentInstanceCount ?? 0 }];
}

/** One entry a kind, and all instances together, which is what the bill counts. */
function summed(capacities: readonly Capacity[]): readonly Capacity[] {
  const counts = new Map<string, number>();
  const instances = capacities.filter(({ kind }) => kind.startsWith('ml.')).reduce((sum, { count }) => sum + count, 0);
  if (capacities.some(({ kind }) => kind.startsWith('ml.'))) counts.set('instances', instances);
  for (const { kind, count } of capacities) counts.set(kind, (counts.get(kind) ?? 0) + count);
  return [...counts].map(([kind, count]) => ({ kind, count }));
}
