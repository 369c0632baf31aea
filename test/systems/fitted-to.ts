/** The numbers of the study that a parameter of a shipped system may be fitted to: one parameter for each. */
export interface PublishedNumber {
  readonly id: string;
  readonly system: string;
  readonly model: string;
  readonly runtime: string;
  readonly workload: 'workload-40' | 'workload-120' | 'workload-200';
  /** `meanOverLambda`: the mean latency over that of Lambda with the same workload, MobileNet with ONNX Runtime. */
  readonly metric:
    'cost.usd' | 'instances.created' | 'instancesBy50s' | 'successRatio' | 'meanOverLambda' | 'latency.meanMs';
  readonly value: number;
  /** Only a bound from below was published. */
  readonly isLeast?: true;
  /** The parameter that is fitted to it, by its path; null: none is, it is a check. */
  readonly fits: string | null;
  /** How far the shipped value may be off, as a share: the mean over draws of the shipped trace. */
  readonly within: number;
}

const MOBILENET = { model: 'mobilenet' } as const;
const W40 = { workload: 'workload-40' } as const;
const LAMBDA = {
  system: 'aws-lambda',
  ...W40,
  metric: 'cost.usd',
  fits: 'pool.service.time.mean',
  within: 0.01,
} as const;
const FUNCTIONS = { system: 'gcp-cloud-functions', ...W40, metric: 'cost.usd', within: 0.03 } as const;

export const PUBLISHED: readonly PublishedNumber[] = [
  { id: 'lambda-cost-ort', ...LAMBDA, ...MOBILENET, runtime: 'ort', value: 0.009 },
  { id: 'lambda-cost-tf', ...LAMBDA, ...MOBILENET, runtime: 'tf', value: 0.121 },
  { id: 'lambda-cost-albert', ...LAMBDA, model: 'albert', runtime: 'ort', value: 0.119 },
  { id: 'functions-cost-ort', ...FUNCTIONS, ...MOBILENET, runtime: 'ort', value: 0.051, fits: 'meter.startShare' },
  { id: 'functions-cost-tf', ...FUNCTIONS, ...MOBILENET, runtime: 'tf', value: 0.123, fits: 'pool.service.time.mean' },
  {
    id: 'functions-cost-albert',
    ...FUNCTIONS,
    model: 'albert',
    runtime: 'ort',
    value: 0.116,
    fits: 'pool.service.time.mean',
  },
  {
    // The low rate of the trace was chosen by it.
    ...{ id: 'lambda-instances', system: 'aws-lambda', ...MOBILENET, runtime: 'ort', ...W40 },
    ...{ metric: 'instances.created', value: 15, fits: null, within: 0.35 },
  },
  {
    ...{ id: 'functions-instances', system: 'gcp-cloud-functions', ...MOBILENET, runtime: 'ort', ...W40 },
    ...{ metric: 'instances.created', value: 74, fits: 'pool.idleLifetime', within: 0.06 },
  },
  {
    ...{
      id: 'functions-first-peak',
      system: 'gcp-cloud-functions',
      ...MOBILENET,
      runtime: 'tf',
      workload: 'workload-200',
    },
    ...{ metric: 'instancesBy50s', value: 1200, isLeast: true, fits: 'pool.startRate', within: 0 },
  },
  {
    ...{ id: 'aws-cpu-success', system: 'aws-cpu', ...MOBILENET, runtime: 'tf-serving', workload: 'workload-120' },
    ...{ metric: 'successRatio', value: 0.75, fits: 'admission.waitLimit', within: 0.01 },
  },
  {
    ...{ id: 'sagemaker-success', system: 'aws-sagemaker', ...MOBILENET, runtime: 'tf-serving', ...W40 },
    ...{ metric: 'successRatio', value: 0.87, fits: 'server.service.time.mean', within: 0.01 },
  },
  {
    ...{ id: 'aws-cpu-mean', system: 'aws-cpu', ...MOBILENET, runtime: 'tf-serving', ...W40 },
    ...{ metric: 'meanOverLambda', value: 106.4, fits: 'server.service.time.mean', within: 0.25 },
  },
  {
    ...{ id: 'sagemaker-mean', system: 'aws-sagemaker', ...MOBILENET, runtime: 'tf-serving', ...W40 },
    ...{ metric: 'meanOverLambda', value: 185.3, fits: 'admission.waitLimit', within: 0.03 },
  },
  {
    ...{ id: 'aws-gpu-mean', system: 'aws-gpu', ...MOBILENET, runtime: 'tf-serving', workload: 'workload-200' },
    ...{ metric: 'latency.meanMs', value: 1463, fits: 'server.service.time.mean', within: 0.03 },
  },
];
