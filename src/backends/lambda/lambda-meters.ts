import type { CloudMeters, CloudTarget, TargetFacts } from '../../cloud-meters.js';
import { awsPlace, CLOUDWATCH } from '../aws/cloudwatch-meters.js';
import { lambdaQueries } from '../aws/cloudwatch-metrics.js';
import { loadCloudWatch } from '../aws/load-cloudwatch.js';
import { openCloudWatch } from '../aws/open-cloudwatch.js';
import { inRegion, needFact } from '../shared/target-facts.js';
import { readInvocationLog } from './read-invocation-log.js';

/** The metrics of a function, and the reports in its log. */
export const LAMBDA_METERS: CloudMeters = {
  ...CLOUDWATCH,
  settings: ['function', 'qualifier', 'logGroup', 'region', 'profile'],
  ready: () => loadCloudWatch('lambda', true),
  target: (options, settings) => lambdaTarget({ ...options, ...settings }),
};

/** `name`, `name:alias`, `123456789012:function:name`, or an ARN with or without a qualifier. */
function lambdaTarget(facts: TargetFacts): CloudTarget {
  const given = needFact(facts, 'function');
  const [name = '', ofName] = (given.split(':function:').at(-1) ?? '').split(':');
  const region = /^arn:[a-z0-9-]+:lambda:([a-z0-9-]+):/.exec(given)?.[1];
  const named = {
    function: name,
    qualifier: facts['qualifier'] ?? ofName ?? null,
    logGroup: facts['logGroup'] ?? `/aws/lambda/${name}`,
    ...awsPlace(facts),
    ...(facts['region'] === undefined && region !== undefined ? { region } : {}),
  };
  const { qualifier, logGroup } = named;
  return {
    ...named,
    subject: `function ${name}${qualifier === null ? '' : `:${qualifier}`}${inRegion(named)}`,
    open: (world) =>
      openCloudWatch(
        {
          backend: 'lambda',
          place: named,
          queries: () => Promise.resolve(lambdaQueries(name, qualifier)),
          log: { group: logGroup, read: readInvocationLog },
        },
        world,
      ),
  };
}
