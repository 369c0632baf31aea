import type { Payload } from '../trace.js';
import { USAGE_NAMES } from '../sample.js';
import type { BackendPlugin, Hide, SetUp, SizeLimit } from './backend.js';
import { withConfiguration } from './lambda/function-configuration.js';
import { LAMBDA_OPTIONS, type LambdaOptions, parseLambdaOptions } from './lambda/lambda-options.js';
import { addressOf, bodiesOf, credentialsOf, openLambda, regionOf } from './lambda/open-lambda.js';
import { probeLambda } from './lambda/probe-lambda.js';
import { openSdkClient } from './lambda/sdk-client.js';
import { awsBackend } from './aws/aws-backend.js';
import { serviceLocation } from './wire/connect-options.js';
import { refuseProxy } from './wire/refuse-proxy.js';
import { readTrust } from './wire/trust-options.js';
import { toldCredentials } from './aws/aws-told-credentials.js';
import { batchesOf } from './aws/aws-bodies.js';
import { LAMBDA_METERS } from './lambda/lambda-meters.js';
import { batchSizes, sizeWarnings } from './tensors/check-sizes.js';
import { withEnvironmentRegion, withRegion } from './aws/aws-region.js';
import { checkSocketLimits } from './wire/check-socket-limits.js';
import { CONNECTION_BOUNDS } from './wire/usual-options.js';

/** docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: "6 MB each for request and response"; the error says 6291456 bytes. */
const LIMIT: SizeLimit = { bytes: 6 * 2 ** 20, of: 'a synchronous invocation' };

/** AWS Lambda: synchronous invocations, or a function URL. */
const plugin: BackendPlugin<LambdaOptions> = {
  name: 'lambda',
  summary: 'a function on AWS Lambda, invoked by name or by its URL',
  waits: 'on-the-world',
  // The client of the vendor does not tell when its first byte leaves.
  knowsSent: ({ client }) => client === 'lean',
  publicOptions: LAMBDA_OPTIONS.map(({ name }) => name).filter(
    (name) => !['url', 'key', 'key-passphrase'].includes(name),
  ),
  options: LAMBDA_OPTIONS,
  parseOptions: parseLambdaOptions,
  batches: () => true,
  ...CONNECTION_BOUNDS,
  billing: ({ memoryMb, timeoutMs, architecture, startsBilled, region }) => ({
    model: 'lambda',
    ...(architecture === null ? {} : { architecture }),
    ...(startsBilled === true ? { startsBilled } : {}),
    ...(memoryMb === null ? {} : { memoryMb }),
    ...(timeoutMs === null ? {} : { timeoutMs }),
    ...(region === null ? {} : { region }),
  }),
  columns: () => USAGE_NAMES,
  estimates: [{ name: 'lambda', model: 'lambda' }],
  meters: LAMBDA_METERS,
  packages: ['@aws-sdk/client-lambda'],
  async setUp(options, { payloads, mostInFlight, progress, env, batchSize, hide, ...ends }) {
    for (const warning of checkSocketLimits({ connections: options.connections, mostInFlight }))
      progress(`warning: ${warning}`);
    const sizes = sizesOf(options, payloads, batchSize);
    for (const warning of sizeWarnings(sizes, LIMIT, batchSize)) progress(`warning: ${warning}`);
    const located = await ready(options, env, hide);
    const connect = await readTrust('lambda', located, (await addressOf(located)).origin);
    const configured = await withConfiguration({ ...located, connect }, ends);
    return { options: configured.options, notes: [...notesOf(options), ...configured.notes] };
  },
  checks: {
    credentials: async (options, env) => {
      if (options.auth === 'none') return 'none: calls are not signed';
      return toldCredentials(await credentialsOf(withEnvironmentRegion('lambda', options, env)));
    },
    async address(options, env) {
      const { origin } = await addressOf(options);
      refuseProxy('lambda', origin, env);
      return serviceLocation(origin, options.connect);
    },
    sizes: (options, payloads, batchSize) => Promise.resolve(sizesOf(options, payloads, batchSize)),
    limit: () => LIMIT,
  },
  create: (options, context) =>
    awsBackend(
      (signal) => (options.client === 'sdk' ? openSdkClient(options, context) : openLambda(options, context, signal)),
      () => probeLambda(options),
    ),
};

export default plugin;

/** With the region, and known to have credentials, so that what is wrong with them is known before anything is started. */
async function ready(options: LambdaOptions, env: SetUp['env'], hide?: Hide): Promise<LambdaOptions> {
  if (options.auth === 'none') return withEnvironmentRegion('lambda', options, env);
  const located = await withRegion('lambda', options, env, regionOf);
  // Before anything is asked: what is refused here would go around the proxy.
  refuseProxy('lambda', (await addressOf(located)).origin, env);
  (await credentialsOf(located, hide)).close();
  return located;
}

function sizesOf(
  { target }: LambdaOptions,
  payloads: readonly Payload[],
  batchSize: number | undefined,
): readonly number[] {
  const bodies = bodiesOf(payloads, target, batchSize !== undefined);
  if (batchSize === undefined) return bodies.map(({ bytes }) => bytes.length);
  return batchSizes(batchesOf('lambda', payloads.length === 0 ? [] : bodies), payloads, batchSize);
}

function notesOf({ target, log }: LambdaOptions): readonly string[] {
  if (target.kind === 'url') return ['A function URL reports no durations: usage and cold starts are unknown.'];
  return log === 'none' ? ['No log was asked for (log=none): usage and cold starts are unknown.'] : [];
}
