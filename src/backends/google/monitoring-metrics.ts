import type { CloudMeter } from '../../cloud-record.js';
import type { GooglePlace } from './monitoring-meters.js';

/** What Cloud Monitoring is asked about. */
export type GoogleTarget =
  | (GooglePlace & { readonly kind: 'cloud-run'; readonly service: string })
  | (GooglePlace & { readonly kind: 'cloud-function'; readonly function: string })
  | (GooglePlace & { readonly kind: 'vertex'; readonly endpoint: string });

/** One metric, what of it becomes which meter, and how a point is read. */
export interface MetricWish {
  /** `run.googleapis.com/request_count`. */
  readonly type: string;
  /** `total`: amounts. `distribution`: times, as their sum, and how many. `level`: what there is at a moment. `mean`: a level whose mean is meant. */
  readonly as: 'total' | 'distribution' | 'level' | 'mean';
  /** Where the answer does not say. */
  readonly unit: string;
  readonly meters: readonly MeterWish[];
}

/** The series of a metric that count for a meter; without `of` all do. */
interface MeterWish {
  readonly meter: CloudMeter;
  readonly of?: (labels: Readonly<Record<string, string>>) => boolean;
}

const code = (pattern: RegExp) => (labels: Readonly<Record<string, string>>) =>
  pattern.test(labels['response_code'] ?? labels['response_code_class'] ?? '');
const COUNTS: MetricWish['meters'] = [
  { meter: 'invocations' },
  { meter: 'errors', of: code(/^5/) },
  { meter: 'throttles', of: code(/^429$/) },
];

/** Google's lists: "Google Cloud metrics", sections run, cloudfunctions, aiplatform. */
const WISHES: Readonly<Record<GoogleTarget['kind'], readonly MetricWish[]>> = {
  'cloud-run': [
    { type: 'run.googleapis.com/request_count', as: 'total', unit: '1', meters: COUNTS },
    { type: 'run.googleapis.com/request_latencies', as: 'distribution', unit: 'ms', meters: [{ meter: 'duration' }] },
    {
      type: 'run.googleapis.com/container/startup_latencies',
      as: 'distribution',
      unit: 'ms',
      meters: [{ meter: 'init' }],
    },
    {
      type: 'run.googleapis.com/container/billable_instance_time',
      as: 'total',
      unit: 's',
      meters: [{ meter: 'billable' }],
    },
    { type: 'run.googleapis.com/container/instance_count', as: 'level', unit: '1', meters: [{ meter: 'instances' }] },
  ],
  'cloud-function': [
    {
      type: 'cloudfunctions.googleapis.com/function/execution_count',
      as: 'total',
      unit: '1',
      meters: [{ meter: 'invocations' }, { meter: 'errors', of: ({ status = 'ok' }) => status !== 'ok' }],
    },
    {
      type: 'cloudfunctions.googleapis.com/function/execution_times',
      as: 'distribution',
      unit: 'ns',
      meters: [{ meter: 'duration' }],
    },
    {
      type: 'cloudfunctions.googleapis.com/function/active_instances',
      as: 'level',
      unit: '1',
      meters: [{ meter: 'instances' }],
    },
  ],
  vertex: [
    { type: 'aiplatform.googleapis.com/prediction/online/response_count', as: 'total', unit: '1', meters: COUNTS },
    {
      type: 'aiplatform.googleapis.com/prediction/online/prediction_count',
      as: 'total',
      unit: '1',
      meters: [{ meter: 'predictions' }],
    },
    {
      type: 'aiplatform.googleapis.com/prediction/online/prediction_latencies',
      as: 'distribution',
      unit: 'ms',
      meters: [
        { meter: 'model', of: ({ latency_type }) => latency_type === 'model' },
        { meter: 'overhead', of: ({ latency_type }) => latency_type === 'overhead' },
      ],
    },
    {
      type: 'aiplatform.googleapis.com/prediction/online/replicas',
      as: 'level',
      unit: '1',
      meters: [{ meter: 'instances' }],
    },
    {
      type: 'aiplatform.googleapis.com/prediction/online/cpu/utilization',
      as: 'mean',
      unit: '1',
      meters: [{ meter: 'cpu' }],
    },
  ],
};

export function wishesOf({ kind }: GoogleTarget): readonly MetricWish[] {
  return WISHES[kind];
}

/** Names hold no quotes: they were checked when the target was made. */
export function filterOf(target: GoogleTarget, type: string): string {
  const terms = [`metric.type = "${type}"`, ...resourceTerms(target).map(([label, value]) => `${label} = "${value}"`)];
  return terms.join(' AND ');
}

function resourceTerms(target: GoogleTarget): [label: string, value: string][] {
  const region = (label: string): [string, string][] =>
    target.region === null ? [] : [[`resource.labels.${label}`, target.region]];
  switch (target.kind) {
    case 'cloud-run':
      return [
        ['resource.type', 'cloud_run_revision'],
        ['resource.labels.service_name', target.service],
        ...region('location'),
      ];
    case 'cloud-function':
      return [
        ['resource.type', 'cloud_function'],
        ['resource.labels.function_name', target.function],
        ...region('region'),
      ];
    case 'vertex':
      return [
        ['resource.type', 'aiplatform.googleapis.com/Endpoint'],
        ['resource.labels.endpoint_id', target.endpoint],
        ...region('location'),
      ];
  }
}
