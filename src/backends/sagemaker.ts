import type { Payload } from '../trace.js';
import type { BackendPlugin, Capacity, SizeLimit } from './backend.js';
import { addressOf, bodiesOf, credentialsOf, openSageMaker, regionOf } from './sagemaker/open-sagemaker.js';
import { probeSageMaker } from './sagemaker/probe-sagemaker.js';
import { parseSageMakerOptions, SAGEMAKER_OPTIONS, type SageMakerOptions } from './sagemaker/sagemaker-options.js';
import { openSdkClient } from './sagemaker/sdk-client.js';
import { awsBackend } from './aws/aws-backend.js';
import { serviceLocation } from './wire/connect-options.js';
import { refuseProxy } from './wire/refuse-proxy.js';
import { readTrust } from './wire/trust-options.js';
import { toldCredentials } from './aws/aws-told-credentials.js';
import { batchesOf } from './aws/aws-bodies.js';
import { SAGEMAKER_METERS } from './sagemaker/sagemaker-meters.js';
import { batchSizes, sizeWarnings } from './tensors/check-sizes.js';
import { withEnvironmentRegion, withRegion } from './aws/aws-region.js';
import { checkSocketLimits } from './wire/check-socket-limits.js';
import { CONNECTION_BOUNDS } from './wire/usual-options.js';

/** docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html */
const SERVERLESS: SizeLimit = { bytes: 4 * 2 ** 20, of: 'an invocation of a serverless endpoint' };
/** The guide of real-time inference: 25 MB, once 6 MB, which older endpoints may still have. */
const REAL_TIME: SizeLimit = {
  bytes: 25 * 2 ** 20,
  sureBytes: 6 * 2 ** 20,
  of: 'an invocation of a real-time endpoint',
};

/** A real-time or serverless endpoint of Amazon SageMaker AI. */
const plugin: BackendPlugin<SageMakerOptions> = {
  name: 'sagemaker',
  summary: 'an endpoint of Amazon SageMaker AI',
  waits: 'on-the-world',
  // The client of the vendor does not tell when its first byte leaves.
  knowsSent: ({ client }) => client === 'lean',
  publicOptions: SAGEMAKER_OPTIONS.map(({ name }) => name).filter(
    (name) => !['customAttributes', 'key', 'key-passphrase'].includes(name),
  ),
  options: SAGEMAKER_OPTIONS,
  parseOptions: parseSageMakerOptions,
  batches: () => true,
  ...CONNECTION_BOUNDS,
  billing({ instanceType, memoryMb, region }) {
    const where = region === null ? {} : { region };
    if (memoryMb !== null) return { model: 'sagemaker-serverless', memoryMb, ...where };
    return {
      model: 'hourly',
      machinePrefix: 'sagemaker',
      ...(instanceType === null ? {} : { machine: `sagemaker:${instanceType}` }),
      ...where,
    };
  },
  columns: () => ['requestBytes', 'answerBytes'],
  estimates: [
    { name: 'sagemaker', model: 'hourly', machinePrefix: 'sagemaker', machine: 'ml.m4.2xlarge' },
    { name: 'sagemaker-serverless', model: 'sagemaker-serverless' },
  ],
  meters: SAGEMAKER_METERS,
  packages: ['@aws-sdk/client-sagemaker-runtime'],
  async setUp(options, { payloads, mostInFlight, progress, env, batchSize, hide }) {
    for (const warning of checkSocketLimits({ connections: options.connections, mostInFlight }))
      progress(`warning: ${warning}`);
    const sizes = sizesOf(payloads, batchSize);
    for (const warning of sizeWarnings(sizes, limitOf(options), batchSize)) progress(`warning: ${warning}`);
    const located = await withRegion('sagemaker', options, env, regionOf);
    // Once here, so that what is wrong with the credentials is known before anything is started.
    (await credentialsOf(located, hide)).close();
    const connect = await readTrust('sagemaker', located, (await addressOf(located)).origin);
    return { options: { ...located, connect } };
  },
  checks: {
    credentials: async (options, env) =>
      toldCredentials(await credentialsOf(withEnvironmentRegion('sagemaker', options, env))),
    async address(options, env) {
      const { origin } = await addressOf(options);
      refuseProxy('sagemaker', origin, env);
      return serviceLocation(origin, options.connect);
    },
    sizes: (_options, payloads, batchSize) => Promise.resolve(sizesOf(payloads, batchSize)),
    limit: limitOf,
  },
  create: (options, context) =>
    awsBackend(
      (signal) =>
        options.client === 'sdk' ? openSdkClient(options, context) : openSageMaker(options, context, signal),
      () => probeSageMaker(options),
    ),
};

export default plugin;

function sizesOf(payloads: readonly Payload[], batchSize: number | undefined): readonly number[] {
  const bodies = bodiesOf(payloads, batchSize !== undefined);
  if (batchSize === undefined) return bodies.map(({ bytes }) => bytes.length);
  return batchSizes(batchesOf('sagemaker', payloads.length === 0 ? [] : bodies), payloads, batchSize);
}

/** Whether it is serverless is what the user says, or the probe. */
function limitOf({ memoryMb }: SageMakerOptions, provisioned: readonly Capacity[] = []): SizeLimit {
  const isServerless = memoryMb !== null || provisioned.some(({ kind }) => kind.startsWith('serverless-'));
  return isServerless ? SERVERLESS : REAL_TIME;
}
