import type { DrawNumber } from './draw.js';

/** Which variant of a shipped system. */
export interface Variant {
  readonly system: string;
  readonly model: string;
  readonly runtime: string;
}

/** A number of the original study that a parameter was fitted to. */
export interface PublishedNumber extends Variant {
  readonly what: string;
  readonly workload: string;
  readonly number: DrawNumber;
  readonly published: number;
  /** The number is divided by the same of this one. */
  readonly over?: Variant;
  /** What is known without it: of the parameter at `path`, a value of other systems within a factor, or a declared range. Else why it cannot be predicted. */
  readonly without:
    | { readonly path: string; readonly range: readonly [low: number, high: number]; readonly from: string }
    | { readonly path: string; readonly about: About; readonly from: string }
    | { readonly impossible: string };
}

export interface About {
  readonly of: (valueOf: ValueOf) => number;
  /** Uncertain by this factor to both sides. */
  readonly within: number;
}

/** The stated value of a parameter of a shipped system. */
export type ValueOf = (variant: Variant, path: string) => number;

const LAMBDA_ORT: Variant = { system: 'aws-lambda', model: 'mobilenet', runtime: 'ort' };
const LAMBDA_TF: Variant = { system: 'aws-lambda', model: 'mobilenet', runtime: 'tf' };
const LAMBDA_ALBERT: Variant = { system: 'aws-lambda', model: 'albert', runtime: 'ort' };
const FUNCTIONS_ORT: Variant = { system: 'gcp-cloud-functions', model: 'mobilenet', runtime: 'ort' };
const FUNCTIONS_TF: Variant = { system: 'gcp-cloud-functions', model: 'mobilenet', runtime: 'tf' };
const FUNCTIONS_ALBERT: Variant = { system: 'gcp-cloud-functions', model: 'albert', runtime: 'ort' };
const CPU: Variant = { system: 'aws-cpu', model: 'mobilenet', runtime: 'tf-serving' };
const SAGEMAKER: Variant = { system: 'aws-sagemaker', model: 'mobilenet', runtime: 'tf-serving' };
const GPU: Variant = { system: 'aws-gpu', model: 'mobilenet', runtime: 'tf-serving' };

const POOL_SERVICE = 'pool.service.time.mean';
const SERVER_RATE = 'server.service.time.mean';
/** vCPUs of a Lambda instance with 2048 MB: AWS gives one for 1769 MB. */
const LAMBDA_CPUS = 2048 / 1769;
const SERVER_CPUS = 8;
/** Between runtimes, generations of CPUs and ways to count them. */
const CARRIED = 1.25;

/** How long Cloud Functions keeps an idle instance, whatever the model. */
const IDLE_LIFETIMES = {
  path: 'pool.idleLifetime',
  range: [15_000, 140_000],
  from: 'the declared range of idle lifetimes, 15 to 140 s',
} as const;

export const PUBLISHED_NUMBERS: readonly PublishedNumber[] = [
  {
    ...LAMBDA_ORT,
    ...{
      what: 'Lambda, MobileNet, ONNX Runtime, workload-40: cost',
      workload: 'workload-40',
      number: 'usd',
      published: 0.009,
    },
    without: { impossible: 'nothing else says how long ONNX Runtime takes on Lambda' },
  },
  {
    ...LAMBDA_TF,
    ...{
      what: 'Lambda, MobileNet, TensorFlow, workload-40: cost',
      workload: 'workload-40',
      number: 'usd',
      published: 0.121,
    },
    without: {
      path: POOL_SERVICE,
      about: { of: (valueOf) => (1000 * SERVER_CPUS) / valueOf(CPU, SERVER_RATE) / LAMBDA_CPUS, within: CARRIED },
      from: 'the rate of the AWS CPU server, by vCPUs',
    },
  },
  {
    ...LAMBDA_ALBERT,
    ...{
      what: 'Lambda, ALBERT, ONNX Runtime, workload-40: cost',
      workload: 'workload-40',
      number: 'usd',
      published: 0.119,
    },
    without: {
      path: POOL_SERVICE,
      about: { of: (valueOf) => (valueOf(FUNCTIONS_ALBERT, POOL_SERVICE) * valueOf(LAMBDA_TF, POOL_SERVICE)) / valueOf(FUNCTIONS_TF, POOL_SERVICE), within: CARRIED }, // prettier-ignore
      from: 'ALBERT on Cloud Functions, by the ratio of TensorFlow on both',
    },
  },
  {
    ...FUNCTIONS_ORT,
    ...{
      what: 'Cloud Functions, MobileNet, ONNX Runtime, workload-40: cost',
      workload: 'workload-40',
      number: 'usd',
      published: 0.051,
    },
    without: { path: 'meter.startShare', range: [0, 1], from: 'any share of a start may be billed' },
  },
  {
    ...FUNCTIONS_TF,
    ...{
      what: 'Cloud Functions, MobileNet, TensorFlow, workload-40: cost',
      workload: 'workload-40',
      number: 'usd',
      published: 0.123,
    },
    without: {
      path: POOL_SERVICE,
      about: { of: (valueOf) => (valueOf(FUNCTIONS_ALBERT, POOL_SERVICE) * valueOf(LAMBDA_TF, POOL_SERVICE)) / valueOf(LAMBDA_ALBERT, POOL_SERVICE), within: CARRIED }, // prettier-ignore
      from: 'TensorFlow on Lambda, by the ratio of ALBERT on both',
    },
  },
  {
    ...FUNCTIONS_ALBERT,
    ...{
      what: 'Cloud Functions, ALBERT, ONNX Runtime, workload-40: cost',
      workload: 'workload-40',
      number: 'usd',
      published: 0.116,
    },
    without: {
      path: POOL_SERVICE,
      about: { of: (valueOf) => (valueOf(FUNCTIONS_TF, POOL_SERVICE) * valueOf(LAMBDA_ALBERT, POOL_SERVICE)) / valueOf(LAMBDA_TF, POOL_SERVICE), within: CARRIED }, // prettier-ignore
      from: 'ALBERT on Lambda, by the ratio of TensorFlow on both',
    },
  },
  {
    ...LAMBDA_ORT,
    ...{
      what: 'Lambda, MobileNet, ONNX Runtime, workload-40: instances',
      workload: 'workload-40',
      number: 'created',
      published: 15,
    },
    without: { impossible: 'the low rate of the workload was chosen by it' },
  },
  {
    ...FUNCTIONS_ORT,
    ...{
      what: 'Cloud Functions, MobileNet, ONNX Runtime, workload-40: instances',
      workload: 'workload-40',
      number: 'created',
      published: 74,
    },
    without: IDLE_LIFETIMES,
  },
  {
    ...FUNCTIONS_TF,
    ...{
      what: 'Cloud Functions, MobileNet, TensorFlow, workload-200: instances of the first peak',
      workload: 'workload-200',
      number: 'created',
      published: 1200,
    },
    without: { impossible: 'a bound (more than 1,200), not a number' },
  },
  {
    ...CPU,
    ...{
      what: 'AWS CPU server, MobileNet, workload-120: success ratio',
      workload: 'workload-120',
      number: 'successRatio',
      published: 0.75,
    },
    without: {
      path: 'admission.waitLimit',
      range: [60_000, 300_000],
      from: 'limits of clients and servers in use, 60 to 300 s',
    },
  },
  {
    ...SAGEMAKER,
    ...{
      what: 'SageMaker, MobileNet, workload-40: success ratio',
      workload: 'workload-40',
      number: 'successRatio',
      published: 0.87,
    },
    without: {
      path: SERVER_RATE,
      about: { of: (valueOf) => valueOf(CPU, SERVER_RATE), within: CARRIED },
      from: 'the rate of the AWS CPU server, which has as many vCPUs',
    },
  },
  {
    ...CPU,
    ...{
      what: 'AWS CPU server over Lambda, MobileNet, workload-40: mean latency',
      workload: 'workload-40',
      number: 'meanMs',
      published: 106.4,
    },
    over: LAMBDA_ORT,
    without: {
      path: SERVER_RATE,
      about: {
        of: (valueOf) => (1000 * SERVER_CPUS) / valueOf(LAMBDA_TF, POOL_SERVICE) / LAMBDA_CPUS,
        within: CARRIED,
      },
      from: 'the time of TensorFlow on Lambda, by vCPUs',
    },
  },
  {
    ...SAGEMAKER,
    ...{
      what: 'SageMaker over Lambda, MobileNet, workload-40: mean latency',
      workload: 'workload-40',
      number: 'meanMs',
      published: 185.3,
    },
    over: LAMBDA_ORT,
    without: {
      path: 'admission.waitLimit',
      range: [5000, 60_000],
      from: 'a bounded wait, at most the 60 s of an invocation',
    },
  },
  {
    ...GPU,
    ...{
      what: 'AWS GPU server, MobileNet, workload-200: mean latency',
      workload: 'workload-200',
      number: 'meanMs',
      published: 1463,
    },
    without: { impossible: 'nothing else says how many requests a busy GPU serves' },
  },
];
