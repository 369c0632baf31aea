import { messageOf, printable, UserError } from '../errors.js';
import type { Payload } from '../trace.js';
import { deployedCapacity } from './ai-platform/deployed-capacity.js';
import { encodePredictions } from './ai-platform/encode-predictions.js';
import { type EndpointAddress, endpointAddress, parseDedicated } from './ai-platform/endpoint-address.js';
import { createGrpcBackend } from './ai-platform/grpc-backend.js';
import { messageBatches } from './ai-platform/message-batches.js';
import { predictBody } from './ai-platform/predict-body.js';
import type {
  Backend,
  BackendContext,
  BackendPlugin,
  Capacity,
  RawOptions,
  SetUp,
  SetUpResult,
  SizeLimit,
} from './backend.js';
import { ENDPOINT_METERS } from './ai-platform/endpoint-meters.js';
import { batchSizes, sizeWarnings } from './tensors/check-sizes.js';
import { ANY_2XX, EXPECT_SUMMARY, type ExpectRule, parseExpect } from './wire/expect-rule.js';
import { googleGet } from './google/google-get.js';
import { googleTokens, toldToken, type TokenWish } from './google/google-credentials.js';
import { checkTokenIsSafe, isGoogleHost, parseServiceUrl } from './google/google-hosts.js';
import { isLoopback } from './wire/is-loopback.js';
import { checkSocketLimits, type SocketNeeds } from './wire/check-socket-limits.js';
import { CALLS_PER_CHANNEL } from './grpc/grpc-channels.js';
import { refuseProxy } from './wire/refuse-proxy.js';
import { createRestBackend } from './google/google-rest.js';
import type { RestBody } from './wire/requests.js';
import { instanceBatches, type InstanceBatches } from './tensors/instance-batches.js';
import { oneOf, parseOptions, wholeNumberWithin } from './shared/parse-options.js';
import { CONNECTION_BOUNDS } from './wire/usual-options.js';

interface Options extends EndpointAddress {
  readonly transport: 'rest' | 'grpc';
  readonly auth: 'access-token' | 'none';
  /** Null: that of the environment or the credentials. */
  readonly quotaProject: string | null;
  /** What its replicas run on, for the bill; null: not said. */
  readonly machine: string | null;
  /** JSON text; null: none. */
  readonly parameters: string | null;
  readonly expect: ExpectRule;
  /** Over all workers; null: as many as it takes (rest), one for each worker (grpc). */
  readonly connections: number | null;
  /** Added by `setUp` for gRPC: the encoded payloads. */
  readonly messages?: readonly Uint8Array[];
}

const NAME = 'ai-platform';
/** What the service itself says: "Request payload size exceeds the limit: 1572864 bytes". */
const SHARED: SizeLimit = { bytes: 1.5 * 2 ** 20, of: 'a prediction over the shared address' };
/** cloud.google.com/vertex-ai/docs/predictions/using-dedicated-endpoints: "Up to 10 MB". */
const DEDICATED: SizeLimit = { bytes: 10 * 2 ** 20, of: 'a prediction over a dedicated address' };

/** An endpoint of Vertex AI, which was AI Platform Prediction. */
const plugin: BackendPlugin<Options> = {
  name: NAME,
  summary: 'an endpoint of Google Vertex AI (once AI Platform)',
  waits: 'on-the-world',
  // The client of gRPC does not tell when its first byte leaves.
  knowsSent: ({ transport }) => transport === 'rest',
  publicOptions: [
    'endpoint',
    'project',
    'region',
    'method',
    'dedicated',
    'endpointUrl',
    'transport',
    'machine',
    'auth',
    'quotaProject',
    'expect',
    'connections',
  ],
  options: [
    { name: 'endpoint', value: 'ID', summary: 'an id, or projects/P/locations/R/endpoints/ID' },
    { name: 'project', value: 'PROJECT', summary: 'the id or number of the project' },
    { name: 'region', value: 'REGION', summary: 'such as us-central1' },
    { name: 'method', value: 'predict|rawPredict', summary: 'predict unless given' },
    { name: 'dedicated', value: 'HOST', summary: 'the dedicated DNS name of the endpoint' },
    { name: 'endpointUrl', value: 'URL', summary: 'another service address than REGION-aiplatform.googleapis.com' },
    { name: 'url', value: 'URL', summary: 'the whole address of the call, in place of all those' },
    { name: 'transport', value: 'rest|grpc', summary: 'rest unless given; grpc needs @google-cloud/aiplatform' },
    {
      name: 'machine',
      value: 'TYPE[+GPU]',
      summary: 'for the bill, in place of what the probe tells: such as n1-standard-8+t4',
    },
    {
      name: 'auth',
      value: 'access-token|none',
      summary: 'access-token for https hosts of Google unless given, else none',
    },
    {
      name: 'quotaProject',
      value: 'PROJECT',
      summary: 'whose quota and bill; GOOGLE_CLOUD_QUOTA_PROJECT, else that of the credentials',
    },
    { name: 'parameters', value: 'JSON', summary: 'the parameters of predict' },
    { name: 'expect', value: 'RULE', summary: EXPECT_SUMMARY },
    { name: 'connections', value: 'N', summary: 'open exactly N, over all workers' },
  ],
  parseOptions: parse,
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
    address({ url }, env) {
      refuseProxy(NAME, new URL(url), env);
      return Promise.resolve({ url: new URL(url) });
    },
    sizes: (options, payloads, batchSize) => Promise.resolve(sizesOf(options, bodiesOf(options, payloads), batchSize)),
    limit: limitOf,
  },
  create,
};

export default plugin;

function parse(raw: RawOptions): Options {
  const { expect, ...single } = raw;
  const given = parseOptions(NAME, single, {
    endpoint: String,
    project: String,
    region: String,
    method: oneOf('predict', 'rawPredict'),
    dedicated: parseDedicated,
    endpointUrl: parseServiceUrl,
    url: parseServiceUrl,
    transport: oneOf('rest', 'grpc'),
    auth: oneOf('access-token', 'none'),
    quotaProject: parseProject,
    parameters: parseParameters,
    machine: parseMachine,
    connections: wholeNumberWithin(1, 65_535),
  });
  const address = endpointAddress(given);
  const auth = given.auth ?? (isGoogleHost(new URL(address.url)) ? 'access-token' : 'none');
  const options: Options = {
    ...address,
    transport: given.transport ?? 'rest',
    auth,
    quotaProject: given.quotaProject ?? null,
    parameters: given.parameters ?? null,
    machine: given.machine ?? null,
    expect: expect === undefined ? ANY_2XX : parseExpect([expect].flat()),
    connections: given.connections ?? null,
  };
  checkCombination(options, expect !== undefined);
  return options;
}

function parseParameters(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    throw new Error('give JSON, such as {"threshold": 0.5}');
  }
  return text;
}

function checkCombination(
  { url, controlUrl, name, method, auth, parameters, transport }: Options,
  expects: boolean,
): void {
  if (auth !== 'none') for (const each of [url, controlUrl]) if (each !== null) checkTokenIsSafe(NAME, new URL(each));
  if (parameters !== null && method === 'rawPredict') {
    throw new UserError(`backend ${NAME}: parameters are for predict; put them into the payload, or leave them out`);
  }
  if (transport === 'rest') return;
  if (expects) throw new UserError(`backend ${NAME}: transport=grpc has no status or body to expect; leave expect out`);
  if (name === null)
    throw new UserError(`backend ${NAME}: transport=grpc needs an endpoint; give it with --set endpoint=`);
}

function socketNeeds({ transport, connections }: Options, mostInFlight: number): SocketNeeds {
  return {
    connections,
    mostInFlight: transport === 'rest' ? mostInFlight : Math.ceil(mostInFlight / CALLS_PER_CHANNEL),
  };
}

async function setUp(
  options: Options,
  { payloads, mostInFlight, env, progress, batchSize, hide }: SetUp,
): Promise<SetUpResult<Options>> {
  const url = new URL(options.url);
  refuseProxy(NAME, url, env);
  for (const warning of checkSocketLimits(socketNeeds(options, mostInFlight))) progress(`warning: ${warning}`);
  const bodies = bodiesOf(options, payloads);
  const wish = wishOf(options);
  // Once here, so that what is wrong with the credentials is told before anything is started.
  if (wish !== null) hide?.((await (await googleTokens(wish, env))()).text);
  const isQuiet = wish !== null || isGoogleHost(url) || isLoopback(url);
  const host = printable(url.hostname, 100);
  const notes = isQuiet
    ? []
    : [`No token was sent to ${host}, which is no host of Google's; --set auth=access-token sends one.`];
  const encoded = options.transport === 'rest' ? options : await withMessages(options, bodies, progress);
  const sizes = sizesOf(encoded, bodies, batchSize);
  for (const warning of sizeWarnings(sizes, limitOf(options), batchSize)) progress(`warning: ${warning}`);
  return { options: encoded, notes };
}

async function withMessages(
  options: Options,
  bodies: readonly RestBody[],
  progress: SetUp['progress'],
): Promise<Options> {
  progress('loading @google-cloud/aiplatform, which takes seconds');
  return { ...options, messages: await encodePredictions(options.name ?? '', options.method, bodies) };
}

function sizesOf({ messages }: Options, bodies: readonly RestBody[], batchSize: number | undefined): readonly number[] {
  if (batchSize !== undefined)
    return batchSizes(messages === undefined ? batchesOf(bodies) : messageBatches(messages), bodies, batchSize);
  return (messages ?? bodies.map(({ bytes }) => bytes)).map(({ length }) => length);
}

function limitOf({ isDedicated }: Options): SizeLimit {
  return isDedicated ? DEDICATED : SHARED;
}

function wishOf({ auth, quotaProject }: Options): TokenWish | null {
  if (auth === 'none') return null;
  return { kind: 'access', ...(quotaProject === null ? {} : { quotaProject }) };
}

function bodiesOf({ method, parameters }: Options, payloads: readonly Payload[]): readonly RestBody[] {
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

async function create(options: Options, context: BackendContext): Promise<Backend> {
  const backend = await (options.transport === 'rest' ? createRest : createGrpc)(options, context);
  return { ...backend, probe: (signal) => probe(options, context, signal) };
}

function createRest(options: Options, context: BackendContext): Promise<Backend> {
  const { url, expect, connections } = options;
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
      keepHeaders: [],
      told: () => ({}),
    },
    context,
  );
}

function createGrpc(options: Options, context: BackendContext): Promise<Backend> {
  const { url, name, method, connections, messages } = options;
  if (name === null || messages === undefined) throw new Error('setUp must come before create');
  return createGrpcBackend({ url: new URL(url), name, method, messages, wish: wishOf(options), connections }, context);
}

/** What runs behind the endpoint now. Rejects with the reason where that cannot be learnt. */
async function probe(options: Options, context: BackendContext, signal: AbortSignal): Promise<readonly Capacity[]> {
  const { controlUrl } = options;
  if (controlUrl === null) throw new Error('the address names no endpoint whose replicas could be counted');
  return deployedCapacity(await googleGet(new URL(controlUrl), wishOf(options), context, signal));
}

function parseProject(text: string): string {
  if (!/^[a-z0-9][a-z0-9.:-]{0,99}$/.test(text)) throw new Error('give the id of a project');
  return text;
}

function parseMachine(text: string): string {
  if (!/^[a-z0-9-]{2,40}(\+[a-z0-9-]{1,20})?$/.test(text))
    throw new Error('give a machine type such as n1-standard-8+t4');
  return text;
}
