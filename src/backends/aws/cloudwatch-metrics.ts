import type { CloudMeter, CloudSeries } from '../../cloud-record.js';

/** One question of GetMetricData. */
export interface MetricQuery {
  readonly meter: CloudMeter;
  readonly statistic: CloudSeries['statistic'];
  readonly namespace: string;
  readonly metric: string;
  readonly stat: 'Sum' | 'SampleCount' | 'Maximum';
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

type Row = readonly [CloudMeter, namespace: string, metric: string, unit: string, ...CloudSeries['statistic'][]];

/** Amazon's lists: "Lambda function metrics", "Lambda Insights", "SageMaker AI metrics in CloudWatch". */
const LAMBDA: readonly Row[] = [
  ['invocations', 'AWS/Lambda', 'Invocations', 'Count', 'sum'],
  ['errors', 'AWS/Lambda', 'Errors', 'Count', 'sum'],
  ['throttles', 'AWS/Lambda', 'Throttles', 'Count', 'sum'],
  ['duration', 'AWS/Lambda', 'Duration', 'Milliseconds', 'sum', 'count', 'most'],
  ['concurrency', 'AWS/Lambda', 'ConcurrentExecutions', 'Count', 'most'],
];
const LAMBDA_INSIGHTS: readonly Row[] = [['init', 'LambdaInsights', 'init_duration', 'Milliseconds', 'sum', 'count']];
const SAGEMAKER: readonly Row[] = [
  ['invocations', 'AWS/SageMaker', 'Invocations', 'Count', 'sum'],
  ['errors', 'AWS/SageMaker', 'Invocation4XXErrors', 'Count', 'sum'],
  ['errors', 'AWS/SageMaker', 'Invocation5XXErrors', 'Count', 'sum'],
  ['model', 'AWS/SageMaker', 'ModelLatency', 'Microseconds', 'sum', 'count', 'most'],
  ['overhead', 'AWS/SageMaker', 'OverheadLatency', 'Microseconds', 'sum', 'count'],
  ['init', 'AWS/SageMaker', 'ModelSetupTime', 'Microseconds', 'sum', 'count'],
  ['cpu', '/aws/sagemaker/Endpoints', 'CPUUtilization', 'Percent', 'sum', 'count'],
  ['memory', '/aws/sagemaker/Endpoints', 'MemoryUtilization', 'Percent', 'sum', 'count'],
];
/** Each instance reports once a minute, so the reports in a minute are the instances. */
const SAGEMAKER_INSTANCES: Row = ['instances', '/aws/sagemaker/Endpoints', 'CPUUtilization', 'Count', 'most'];

/** An alias or version has series of its own beside those of the function; Insights knows the function alone. */
export function lambdaQueries(name: string, qualifier: string | null): readonly MetricQuery[] {
  const resource = qualifier === null ? {} : { Resource: `${name}:${qualifier}` };
  return [
    ...LAMBDA.flatMap((row) => queriesOf(row, { FunctionName: name, ...resource })),
    ...LAMBDA_INSIGHTS.flatMap((row) => queriesOf(row, { function_name: name })),
  ];
}

/** `stepMs`: instances can be counted by the minute only. */
export function sageMakerQueries(endpoint: string, variant: string, stepMs: number): readonly MetricQuery[] {
  const dimensions = { EndpointName: endpoint, VariantName: variant };
  const instances = queriesOf(SAGEMAKER_INSTANCES, dimensions).map((query) => ({
    ...query,
    stat: 'SampleCount' as const,
  }));
  return [...SAGEMAKER.flatMap((row) => queriesOf(row, dimensions)), ...(stepMs === 60_000 ? instances : [])];
}

const STATS = { sum: 'Sum', count: 'SampleCount', most: 'Maximum' } as const;

function queriesOf(
  [meter, namespace, metric, unit, ...statistics]: Row,
  dimensions: MetricQuery['dimensions'],
): MetricQuery[] {
  return statistics.map((statistic) => ({
    meter,
    statistic,
    namespace,
    metric,
    stat: STATS[statistic],
    unit,
    dimensions,
  }));
}
