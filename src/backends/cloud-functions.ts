import { messageOf, UserError } from '../errors.js';
import { checkMethod } from '../http-syntax.js';
import type { Payload } from '../trace.js';
import type { BackendPlugin, RawOptions, SetUp, SetUpResult, SizeLimit } from './backend.js';
import { type FunctionAddress, functionAddress } from './cloud-functions/function-address.js';
import { type BodyFormat, functionBody } from './cloud-functions/function-body.js';
import { FUNCTION_METERS } from './cloud-functions/function-meters.js';
import { matching } from './cloud-functions/matching.js';
import { parseContentType } from './cloud-functions/parse-content-type.js';
import { batchSizes, sizeWarnings } from './tensors/check-sizes.js';
import { googleTokens, toldToken, type TokenWish } from './google/google-credentials.js';
import { checkTokenIsSafe, isGoogleHost, parseServiceUrl } from './google/google-hosts.js';
import { isLoopback } from './wire/is-loopback.js';
import { checkSocketLimits } from './wire/check-socket-limits.js';
import { serviceLocation } from './wire/connect-options.js';
import { refuseProxy } from './wire/refuse-proxy.js';
import {
  PUBLIC_TRUST_OPTIONS,
  readTrust,
  TRUST_OPTIONS,
  TRUST_READERS,
  trustOf,
  type TrustOptions,
} from './wire/trust-options.js';
import { handlerReport, REPORT_HEADERS, REPORTED_NAMES } from './aws/handler-report.js';
import { createRestBackend, type RestPlan } from './google/google-rest.js';
import type { RestBody } from './wire/requests.js';
import { instanceBatches, type InstanceBatches } from './tensors/instance-batches.js';
import { numberWithin, oneOf, parseOptions, wholeNumberWithin } from './shared/parse-options.js';
import {
  CONNECTION_BOUNDS,
  expectOf,
  parseConnections,
  USUAL_OPTIONS,
  type UsualOptions,
} from './wire/usual-options.js';

interface Options extends FunctionAddress, UsualOptions, TrustOptions {
  readonly auth: 'id-token' | 'none';
  /** Null: POST where there are payloads, else GET. */
  readonly method: string | null;
  /** Null: the payload's. */
  readonly contentType: string | null;
  readonly format: BodyFormat;
  /** Configured, for the bill where no handler reports it; null: not said. */
  readonly memoryMb: number | null;
  /** Generation 2: vCPUs of an instance, and how many requests share one. */
  readonly cpus: number | null;
  readonly concurrency: number | null;
}

const NAME = 'cloud-functions';
/** cloud.google.com/functions/quotas: "Max uncompressed HTTP request size". */
const LIMITS: Readonly<Record<FunctionAddress['generation'], SizeLimit>> = {
  1: { bytes: 10 * 2 ** 20, of: 'a request to a function of generation 1' },
  2: { bytes: 32 * 2 ** 20, of: 'a request to a function of generation 2' },
};

/** A function with an HTTPS trigger on Google Cloud, of generation 1 or 2 (which is a Cloud Run service). */
const plugin: BackendPlugin<Options> = {
  name: NAME,
  summary: 'Google Cloud Functions of both generations, and Cloud Run',
  waits: 'on-the-world',
  knowsSent: true,
  publicOptions: [
    'function',
    'region',
    'project',
    'generation',
    'auth',
    'audience',
    'method',
    'content-type',
    'format',
    'memory',
    'cpus',
    'concurrency',
    'expect',
    'connections',
    ...PUBLIC_TRUST_OPTIONS,
  ],
  options: [
    { name: 'url', value: 'URL', summary: 'the address of the function; or function, region and project' },
    {
      name: 'function',
      value: 'NAME',
      summary: 'its name; the address is https://REGION-PROJECT.cloudfunctions.net/NAME',
    },
    { name: 'region', value: 'REGION', summary: 'such as us-central1' },
    { name: 'project', value: 'PROJECT', summary: 'the id of the project' },
    { name: 'generation', value: '1|2', summary: '1 on cloudfunctions.net unless given, else 2' },
    { name: 'memory', value: 'MB', summary: 'configured memory, for the bill where no handler tells it' },
    { name: 'cpus', value: 'N', summary: 'generation 2, for the bill: vCPUs of an instance; 1 unless given' },
    { name: 'concurrency', value: 'N', summary: 'generation 2, for the bill: requests that may share an instance' },
    { name: 'auth', value: 'id-token|none', summary: 'id-token for https hosts of Google unless given, else none' },
    { name: 'audience', value: 'TEXT', summary: 'whom the ID token is for; the service unless given' },
    { name: 'method', value: 'METHOD', summary: 'POST with payloads unless given, else GET' },
    { name: 'content-type', value: 'TYPE', summary: 'the content type of every request; the payload’s unless given' },
    {
      name: 'format',
      value: 'instances|raw',
      summary: 'payloads as {"instances": [...]} unless given, or as they are',
    },
    ...USUAL_OPTIONS,
    ...TRUST_OPTIONS,
  ],
  parseOptions: parse,
  batches: ({ format }) => (format === 'instances' ? true : 'format=raw sends payloads as they are; leave it out'),
  ...CONNECTION_BOUNDS,
  billing: ({ generation, memoryMb, cpus, concurrency, region }) => ({
    model: generation === 1 ? 'cloud-functions-gen1' : 'cloud-run',
    ...(memoryMb === null ? {} : { memoryMb }),
    ...(cpus === null ? {} : { cpus }),
    ...(concurrency === null ? {} : { concurrency }),
    ...(region === null ? {} : { region }),
  }),
  columns: () => REPORTED_NAMES,
  estimates: [
    { name: NAME, model: 'cloud-functions-gen1' },
    { name: 'cloud-run', model: 'cloud-run' },
  ],
  meters: FUNCTION_METERS,
  packages: ['google-auth-library'],
  setUp,
  checks: {
    credentials: (options, env) => toldToken(wishOf(options), env),
    address({ url, connect }, env) {
      refuseProxy(NAME, new URL(url), env);
      return Promise.resolve(serviceLocation(new URL(url), connect));
    },
    sizes: (options, payloads, batchSize) => Promise.resolve(sizesOf(options, payloads, batchSize)),
    limit: ({ generation }) => LIMITS[generation],
  },
  create: (options, context) =>
    createRestBackend(planOf(options, context.payloads, context.batchSize !== undefined), context),
};

export default plugin;

function parse(raw: RawOptions): Options {
  const { expect, ...single } = raw;
  const given = parseOptions(NAME, single, {
    url: parseServiceUrl,
    function: matching(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, 'the name of a function'),
    region: matching(/^[a-z][a-z0-9-]{0,30}$/, 'a region such as us-central1'),
    project: matching(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'the id of a project'),
    generation: (text) => (oneOf('1', '2')(text) === '1' ? 1 : 2),
    auth: oneOf('id-token', 'none'),
    // The library writes it into an address as it is.
    audience: matching(/^[\x21-\x25\x27-\x7e]{1,500}$/, 'the address of the service, without & or spaces'),
    method: parseMethod,
    'content-type': parseContentType,
    format: oneOf('instances', 'raw'),
    memory: wholeNumberWithin(128, 32_768),
    cpus: numberWithin(0.08, 8),
    concurrency: wholeNumberWithin(1, 1000),
    connections: parseConnections,
    ...TRUST_READERS,
  });
  const address = functionAddress(given);
  const url = new URL(address.url);
  const auth = given.auth ?? (isGoogleHost(url) ? 'id-token' : 'none');
  if (auth !== 'none') checkTokenIsSafe(NAME, url);
  return {
    ...address,
    auth,
    method: given.method ?? null,
    contentType: given['content-type'] ?? null,
    format: given.format ?? 'instances',
    memoryMb: given.memory ?? null,
    cpus: given.cpus ?? null,
    concurrency: given.concurrency ?? null,
    expect: expectOf(expect),
    connections: given.connections ?? null,
    ...trustOf(NAME, given),
  };
}

function parseMethod(text: string): string {
  const method = text.toUpperCase();
  checkMethod(method);
  return method;
}

async function setUp(
  options: Options,
  { payloads, mostInFlight, env, progress, batchSize, hide }: SetUp,
): Promise<SetUpResult<Options>> {
  const url = new URL(options.url);
  refuseProxy(NAME, url, env);
  const { connections } = options;
  for (const warning of checkSocketLimits({ connections, mostInFlight })) progress(`warning: ${warning}`);
  const sizes = sizesOf(options, payloads, batchSize);
  for (const warning of sizeWarnings(sizes, LIMITS[options.generation], batchSize)) progress(`warning: ${warning}`);
  const wish = wishOf(options);
  // Once here, so that what is wrong with the credentials is reported before anything is started.
  // Asked for also where nothing hides it: `hide?.(await ...)` would skip the question.
  const token = wish === null ? undefined : await (await googleTokens(wish, env))();
  if (token !== undefined) hide?.(token.text);
  const isQuiet = wish !== null || isGoogleHost(url) || isLoopback(url);
  return {
    options: { ...options, connect: await readTrust(NAME, options, url) },
    notes: isQuiet
      ? []
      : [`No token was sent to ${url.hostname}, which is no host of Google's; --set auth=id-token sends one.`],
  };
}

function sizesOf(options: Options, payloads: readonly Payload[], batchSize: number | undefined): readonly number[] {
  const { bodies, batches } = planOf(options, payloads, batchSize !== undefined);
  if (batches !== undefined && batchSize !== undefined) return batchSizes(batches, payloads, batchSize);
  return bodies.map((body) => body?.bytes.length ?? 0);
}

function wishOf({ auth, audience }: Options): TokenWish | null {
  return auth === 'none' ? null : { kind: 'id', audience };
}

function planOf(options: Options, payloads: readonly Payload[], batched: boolean): RestPlan {
  const bodies = payloads.map((payload, index) => {
    try {
      return functionBody(payload, options.format, options.contentType);
    } catch (thrown) {
      throw new UserError(
        `backend ${NAME}: payload ${String(index)} of the trace: ${messageOf(thrown)}; or --set format=raw sends it as it is`,
      );
    }
  });
  return {
    url: new URL(options.url),
    method: options.method ?? (bodies.length === 0 ? 'GET' : 'POST'),
    bodies: bodies.length === 0 ? [null] : bodies,
    ...(batched ? { batches: batchesOf(bodies) } : {}),
    wish: wishOf(options),
    expect: options.expect,
    connections: options.connections,
    connect: options.connect,
    keepHeaders: REPORT_HEADERS,
    told: handlerReport,
  };
}

function batchesOf(bodies: readonly RestBody[]): InstanceBatches {
  return instanceBatches(
    NAME,
    bodies.map(({ bytes }) => bytes),
  );
}
