import type { BackendPlugin } from './backend.js';
import { batchesOf, bodiesOf, openSageMaker } from './sagemaker/open-sagemaker.js';
import { probeSageMaker } from './sagemaker/probe-sagemaker.js';
import { parseSageMakerOptions, SAGEMAKER_OPTIONS, type SageMakerOptions } from './sagemaker/sagemaker-options.js';
import { openSdkClient } from './sagemaker/sdk-client.js';
import { awsBackend } from './shared/aws-backend.js';
import { checkSocketLimits } from './shared/check-socket-limits.js';

/** A real-time or serverless endpoint of Amazon SageMaker AI. */
const plugin: BackendPlugin<SageMakerOptions> = {
  name: 'sagemaker',
  summary: 'an endpoint of Amazon SageMaker AI',
  waits: 'on-the-world',
  // The client of the vendor does not tell when its first byte leaves.
  knowsSent: ({ client }) => client === 'lean',
  publicOptions: SAGEMAKER_OPTIONS.map(({ name }) => name).filter((name) => name !== 'customAttributes'),
  options: SAGEMAKER_OPTIONS,
  parseOptions: parseSageMakerOptions,
  batches: () => true,
  // A connection belongs to one thread.
  maxWorkers: ({ connections }) => connections ?? Infinity,
  billing({ instanceType, memoryMb, region }) {
    const where = region === null ? {} : { region };
    if (memoryMb !== null) return { model: 'sagemaker-serverless', memoryMb, ...where };
    return { model: 'hourly', ...(instanceType === null ? {} : { machine: `sagemaker:${instanceType}` }), ...where };
  },
  setUp(options, { payloads, mostInFlight, progress, batchSize }) {
    for (const warning of checkSocketLimits({ connections: options.connections, mostInFlight }))
      progress(`warning: ${warning}`);
    const bodies = bodiesOf(payloads, batchSize !== undefined);
    if (batchSize !== undefined) batchesOf(payloads.length === 0 ? [] : bodies);
    return Promise.resolve({ options });
  },
  create: (options, context) =>
    awsBackend(
      (signal) =>
        options.client === 'sdk' ? openSdkClient(options, context) : openSageMaker(options, context, signal),
      () => probeSageMaker(options),
    ),
};

export default plugin;
