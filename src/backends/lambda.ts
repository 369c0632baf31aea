import type { BackendPlugin } from './backend.js';
import { LAMBDA_OPTIONS, type LambdaOptions, parseLambdaOptions } from './lambda/lambda-options.js';
import { batchesOf, bodiesOf, openLambda } from './lambda/open-lambda.js';
import { probeLambda } from './lambda/probe-lambda.js';
import { openSdkClient } from './lambda/sdk-client.js';
import { awsBackend } from './shared/aws-backend.js';
import { checkSocketLimits } from './shared/check-socket-limits.js';

/** AWS Lambda: synchronous invocations, or a function URL. */
const plugin: BackendPlugin<LambdaOptions> = {
  name: 'lambda',
  summary: 'a function on AWS Lambda, invoked by name or by its URL',
  waits: 'on-the-world',
  // The client of the vendor does not tell when its first byte leaves.
  knowsSent: ({ client }) => client === 'lean',
  publicOptions: LAMBDA_OPTIONS.map(({ name }) => name).filter((name) => name !== 'url'),
  options: LAMBDA_OPTIONS,
  parseOptions: parseLambdaOptions,
  batches: () => true,
  // A connection belongs to one thread.
  maxWorkers: ({ connections }) => connections ?? Infinity,
  billing: ({ memoryMb, timeoutMs, architecture, region }) => ({
    model: 'lambda',
    architecture,
    ...(memoryMb === null ? {} : { memoryMb }),
    ...(timeoutMs === null ? {} : { timeoutMs }),
    ...(region === null ? {} : { region }),
  }),
  setUp(options, { payloads, mostInFlight, progress, batchSize }) {
    for (const warning of checkSocketLimits({ connections: options.connections, mostInFlight }))
      progress(`warning: ${warning}`);
    const bodies = bodiesOf(payloads, options.target, batchSize !== undefined);
    if (batchSize !== undefined) batchesOf(payloads.length === 0 ? [] : bodies);
    return Promise.resolve({ options, notes: notesOf(options) });
  },
  create: (options, context) =>
    awsBackend(
      (signal) => (options.client === 'sdk' ? openSdkClient(options, context) : openLambda(options, context, signal)),
      () => probeLambda(options),
    ),
};

export default plugin;

function notesOf({ target, log }: LambdaOptions): readonly string[] {
  if (target.kind === 'url') return ['A function URL tells no durations: usage and cold starts are unknown.'];
  return log === 'none' ? ['No log was asked for (log=none): usage and cold starts are unknown.'] : [];
}
