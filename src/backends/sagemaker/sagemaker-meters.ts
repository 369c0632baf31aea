import type { CloudMeters, CloudTarget, TargetFacts } from '../../cloud-meters.js';
import { awsPlace, CLOUDWATCH } from '../aws/cloudwatch-meters.js';
import { sageMakerQueries } from '../aws/cloudwatch-metrics.js';
import { loadCloudWatch } from '../aws/load-cloudwatch.js';
import { openCloudWatch } from '../aws/open-cloudwatch.js';
import { inRegion, needFact } from '../shared/target-facts.js';

/** The metrics of an endpoint, of one variant or of all. */
export const SAGEMAKER_METERS: CloudMeters = {
  ...CLOUDWATCH,
  settings: ['endpoint', 'variant', 'region', 'profile'],
  ready: () => loadCloudWatch('sagemaker', false),
  target: (options, settings) => sageMakerTarget({ ...options, ...settings }),
};

function sageMakerTarget(facts: TargetFacts): CloudTarget {
  const named = { endpoint: needFact(facts, 'endpoint'), variant: facts['variant'] ?? null, ...awsPlace(facts) };
  const { endpoint, variant } = named;
  return {
    ...named,
    subject: `endpoint ${endpoint}${variant === null ? '' : `, variant ${variant}`}${inRegion(named)}`,
    open: (world) =>
      openCloudWatch(
        {
          backend: 'sagemaker',
          place: named,
          async queries({ stepMs }, valuesOf) {
            const variants = variant === null ? await variantsOf(endpoint, valuesOf) : [variant];
            return variants.flatMap((name) => sageMakerQueries(endpoint, name, stepMs));
          },
        },
        world,
      ),
  };
}

type ValuesOf = Parameters<Parameters<typeof openCloudWatch>[0]['queries']>[1];

/** Those that have metrics; the name that SageMaker's own tools give where none has. */
async function variantsOf(endpoint: string, valuesOf: ValuesOf): Promise<readonly string[]> {
  const found = await valuesOf('AWS/SageMaker', 'Invocations', ['EndpointName', endpoint], 'VariantName');
  return found.length === 0 ? ['AllTraffic'] : found;
}
