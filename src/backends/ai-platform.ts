import { messageOf, printable, UserError } from '../errors.js';
import type { Payload } from '../trace.js';
import { deployedCapacity } from './ai-platform/deployed-capacity.js';
import { encodePredictions } from './ai-platform/encode-predictions.js';
import {
  AI_PLATFORM_OPTIONS,
  type AiPlatformOptions,
  parseAiPlatformOptions,
  PUBLIC_OPTIONS,
} from './ai-platform/ai-platform-options.js';
import { createGrpcBackend } from './ai-platform/grpc-backend.js';
import { messageBatches } from './ai-platform/message-batches.js';
import { predictBody } from './ai-platform/predict-body.js';
import type { Backend, BackendContext, BackendPlugin, Capacity, SetUp, SetUpResult, SizeLimit } from './backend.js';
import { ENDPOINT_METERS } from './ai-platform/endpoint-meters.js';
import { batchSizes, sizeWarnings } from './tensors/check-sizes.js';
import { googleGet } from './google/google-get.js';
import { googleTokens, toldToken, type TokenWish } from './google/google-credentials.js';
import { isGoogleHost } from './google/google-hosts.js';
import { isLoopback } from './wire/is-loopback.js';
import { checkSocketLimits, type SocketNeeds } from './wire/check-socket-limits.js';
import { CALLS_PER_CHANNEL } from './grpc/grpc-channels.js';
import { PLAIN_CONNECT, serviceLocation } from './wire/connect-options.js';
import { refuseProxy } from './wire/refuse-proxy.js';
import { readTrust } from './wire/trust-options.js';
import { createRestBackend } from './google/google-rest.js';
import type { RestBody } from './wire/requests.js';
import { instanceBatches, type InstanceBatches } from './tensors/instance-batches.js';
import { CONNECTION_BOUNDS } from './wire/usual-options.js';

const NAME = 'ai-platform';
/** What the service itself says: "Request payload size exceeds the limit: 1572864 bytes". */
const SHARED: SizeLimit = { bytes: 1.5 * 2 ** 20, of: 'a prediction over the shared address' };
/** cloud.google.com/vertex-ai/docs/predictions/using-dedicated-endpoints: "Up to 10 MB". */
const DEDICATED: SizeLimit = { bytes: 10 * 2 ** 20, of: 'a prediction over a dedicated address' };

/** An endpoint of Vertex AI, which was AI Platform Prediction. */
const plugin: BackendPlugin<AiPlatformOptions> = {
  name: NAME,
  summary: 'an endpoint of Google Vertex AI (once AI Platform)',
  waits: 'on-the-world',
  // The client of gRPC does not tell when its first byte leaves.
  knowsSent: ({ transport }) => transport === 'rest',
  publicOptions: PUBLIC_OPTIONS,
  options: AI_PLATFORM_OPTIONS,
  parseOptions: parseAiPlatformOptions,
  batches: ({ transport, method }) =>
    transport === 'rest' || method === 'predict' || 'rawPredict over gRPC sends bytes as they are; give transport=rest',
  ...CONNECTION_BOUNDS,
  billing: ({ machine, name }) => ({
    model: 'hourly',
    machinePrefix: 'vertex',
    ...(machine === null ? {} : { machine: `vertex:${machine}` }),
    ...(name === null ? {} : { region: String(name.split('/')[3]) }),
  }),
  estimates: [NAME, 'vertex'].map((name) => ({
    name,
    model: 'hourly',
    machinePrefix: 'vertex',
    machine: 'n1-standard-8',
  })),
  meters: ENDPOINT_METERS,
  packages: ['google-auth-library', '@grpc/grpc-js', '@google-cloud/aiplatform'],
  setUp,
  checks: {
    credentials: (options, env) => toldToken(wishOf(options), env),
    address({ url, connect }, env) {
      refuseProxy(NAME, new URL(url), env);
      return Promise.resolve(serviceLocation(new URL(url), connect));
    },
    sizes: (options, payloads, batchSize) => Promise.resolve(sizesOf(options, bodiesOf(options, payloads), batchSize)),
    limit: limitOf,
  },
  create,
};

export default plugin;

function socketNeeds({ transport, connections }: AiPlatformOptions, mostInFlight: number): SocketNeeds {
  return {
    connections,
    mostInFlight: transport === 'rest' ? mostInFlight : Math.ceil(mostInFlight / CALLS_PER_CHANNEL),
  };
}

async function setUp(
  options: AiPlatformOptions,
  { payloads, mostInFlight, env, progress, batchSize, hide }: SetUp,
): Promise<SetUpResult<AiPlatformOptions>> {
  const url = new URL(options.url);
  refuseProxy(NAME, url, env);
  for (const warning of checkSocketLimits(socketNeeds(options, mostInFlight))) progress(`warning: ${warning}`);
  const bodies = bodiesOf(options, payloads);
  const wish = wishOf(options);
  // Once here, so that what is wrong with the credentials is reported before anything is started.
  // Asked for also where nothing hides it: `hide?.(await ...)` would skip the question.
  const token = wish === null ? undefined : await (await googleTokens(wish, env))();
  if (token !== undefined) hide?.(token.text);
  const isQuiet = wish !== null || isGoogleHost(url) || isLoopback(url);
  const host = printable(url.hostname, 100);
  const notes = isQuiet
    ? []
    : [`No token was sent to ${host}, which is no host of Google's; --set auth=access-token sends one.`];
  const trusting = { ...options, connect: await readTrust(NAME, options, url) };
  const encoded = options.transport === 'rest' ? trusting : await withMessages(trusting, bodies, progress);
  const sizes = sizesOf(encoded, bodies, batchSize);
  for (const warning of sizeWarnings(sizes, limitOf(options), batchSize)) progress(`warning: ${warning}`);
  return { options: encoded, notes };
}

async function withMessages(
  options: AiPlatformOptions,
  bodies: readonly RestBody[],
  progress: SetUp['progress'],
): Promise<AiPlatformOptions> {
  progress('loading @google-cloud/aiplatform, which takes seconds');
  return { ...options, messages: await encodePredictions(options.name ?? '', options.method, bodies) };
}

function sizesOf(
  { messages }: AiPlatformOptions,
  bodies: readonly RestBody[],
  batchSize: number | undefined,
): readonly number[] {
  if (batchSize !== undefined)
    return batchSizes(messages === undefined ? batchesOf(bodies) : messageBatches(messages), bodies, batchSize);
  return (messages ?? bodies.map(({ bytes }) => bytes)).map(({ length }) => length);
}

function limitOf({ isDedicated }: AiPlatformOptions): SizeLimit {
  return isDedicated ? DEDICATED : SHARED;
}

function wishOf({ auth, quotaProject }: AiPlatformOptions): TokenWish | null {
  if (auth === 'none') return null;
  return { kind: 'access', ...(quotaProject === null ? {} : { quotaProject }) };
}

function bodiesOf({ method, parameters }: AiPlatformOptions, payloads: readonly Payload[]): readonly RestBody[] {
  if (payloads.length === 0) {
    throw new UserError(
      `backend ${NAME}: the trace has no payloads; give one with --body '{"instances": [...]}', or --payload FILE`,
    );
  }
  return payloads.map((payload, index) => {
    try {
      return predictBody(payload, method, parameters);
    } catch (thrown) {
      throw new UserError(`backend ${NAME}: payload ${String(index)} of the trace: ${messageOf(thrown)}`);
    }
  });
}

function batchesOf(bodies: readonly RestBody[]): InstanceBatches {
  return instanceBatches(
    NAME,
    bodies.map(({ bytes }) => bytes),
  );
}

async function create(options: AiPlatformOptions, context: BackendContext): Promise<Backend> {
  const backend = await (options.transport === 'rest' ? createRest : createGrpc)(options, context);
  return { ...backend, probe: (signal) => probe(options, context, signal) };
}

function createRest(options: AiPlatformOptions, context: BackendContext): Promise<Backend> {
  const { url, expect, connections, connect } = options;
  const bodies = bodiesOf(options, context.payloads);
  return createRestBackend(
    {
      ...(context.batchSize === undefined ? {} : { batches: batchesOf(bodies) }),
      url: new URL(url),
      method: 'POST',
      bodies,
      wish: wishOf(options),
      expect,
      connections,
      connect,
      keepHeaders: [],
      told: () => ({}),
    },
    context,
  );
}

function createGrpc(options: AiPlatformOptions, context: BackendContext): Promise<Backend> {
  const { url, name, method, connections, connect, messages } = options;
  if (name === null || messages === undefined) throw new Error('setUp must come before create');
  return createGrpcBackend(
    { url: new URL(url), name, method, messages, wish: wishOf(options), connections, connect },
    context,
  );
}

/** What runs behind the endpoint now. Rejects with the reason where that cannot be learnt. */
async function probe(
  options: AiPlatformOptions,
  context: BackendContext,
  signal: AbortSignal,
): Promise<readonly Capacity[]> {
  const { controlUrl } = options;
  if (controlUrl === null) throw new Error('the address names no endpoint whose replicas could be counted');
  const isSameHost = new URL(controlUrl).origin === new URL(options.url).origin;
  const connect = isSameHost ? options.connect : PLAIN_CONNECT;
  return deployedCapacity(await googleGet(new URL(controlUrl), wishOf(options), context, signal, connect));
}
