import { printable, UserError } from '../errors.js';
import { checkHeaderField } from '../http-syntax.js';
import type { Outcome } from '../sample.js';
import type { Payload } from '../trace.js';
import type { BackendContext, BackendPlugin, Capacity, RawOptions } from './backend.js';
import { httpUrl, parseOptions, wholeNumberWithin } from './shared/parse-options.js';
import { batchSizes } from './tensors/check-sizes.js';
import { instanceBatches, type InstanceBatches } from './tensors/instance-batches.js';
import { payloadBody } from './tensors/payload-body.js';
import { answerJudge } from './wire/answer-judge.js';
import { checkSocketLimits } from './wire/check-socket-limits.js';
import type { Answer } from './wire/exchange.js';
import type { HeaderField } from './wire/http-request.js';
import { isLoopback } from './wire/is-loopback.js';
import { bodyHeaders } from './wire/open-body-rules.js';
import { refuseProxy } from './wire/refuse-proxy.js';
import { requestBytes } from './wire/request-bytes.js';
import { bodyRequest, type RestBody, tableRequests } from './wire/requests.js';
import { leanClient, REHEARSED_BODY, restBackend, type RestService } from './wire/rest-client.js';
import { bodyExcerpt, failedAnswer, knownTimes } from './wire/status-outcome.js';
import {
  CONNECTION_BOUNDS,
  expectOf,
  parseConnections,
  USUAL_OPTIONS,
  type UsualOptions,
} from './wire/usual-options.js';

interface Options extends UsualOptions {
  /** The scoring URI. */
  readonly url: string;
  /** Null: requests carry none. */
  readonly secret: { readonly kind: 'key' | 'token'; readonly text: string } | null;
  readonly deployment: string | null;
  /** For the bill: what the deployment runs on, and how many of them; null: not said. */
  readonly instanceType: string | null;
  readonly instances: number | null;
}

const NAME = 'azure-ml';
const MODEL_STATUS = 'ms-azureml-model-error-statuscode';
const MODEL_REASON = 'ms-azureml-model-error-reason';

/** A managed online endpoint of Azure Machine Learning. */
const plugin: BackendPlugin<Options> = {
  name: NAME,
  summary: 'a managed online endpoint of Azure Machine Learning',
  waits: 'on-the-world',
  knowsSent: true,
  publicOptions: ['deployment', 'instanceType', 'instances', 'expect', 'connections'],
  options: [
    { name: 'url', value: 'URL', summary: 'the scoring URI of the endpoint', required: true },
    { name: 'key', value: 'KEY', summary: 'a key of the endpoint' },
    { name: 'token', value: 'TOKEN', summary: 'a Microsoft Entra (or Azure ML) token, in place of a key' },
    { name: 'deployment', value: 'NAME', summary: 'the deployment that is to answer; the traffic rules unless given' },
    { name: 'instanceType', value: 'TYPE', summary: 'for the bill: the machine, such as Standard_DS3_v2' },
    { name: 'instances', value: 'N', summary: 'for the bill: how many instances are deployed' },
    ...USUAL_OPTIONS,
  ],
  parseOptions: parse,
  batches: () => true,
  ...CONNECTION_BOUNDS,
  billing: ({ url, instanceType }) => ({
    model: 'hourly',
    machinePrefix: 'azure',
    ...(instanceType === null ? {} : { machine: `azure:${instanceType}` }),
    ...regionOf(new URL(url)),
  }),
  estimates: [{ name: NAME, model: 'hourly', machinePrefix: 'azure' }],
  setUp(options, { payloads, mostInFlight, env, progress, batchSize }) {
    const url = new URL(options.url);
    refuseProxy(NAME, url, env);
    for (const warning of checkSocketLimits({ connections: options.connections, mostInFlight }))
      progress(`warning: ${warning}`);
    sizesOf(payloads, batchSize);
    const isQuiet = options.secret !== null || isLoopback(url);
    const note = `Neither a key nor a token was sent to ${printable(url.hostname, 100)}; --set key=KEY sends one.`;
    return Promise.resolve({ options, notes: isQuiet ? [] : [note] });
  },
  checks: {
    credentials: ({ secret }) => Promise.resolve(secret === null ? 'none: no key and no token' : `a ${secret.kind}`),
    address({ url }, env) {
      refuseProxy(NAME, new URL(url), env);
      return Promise.resolve({ url: new URL(url) });
    },
    sizes: (_options, payloads, batchSize) => Promise.resolve(sizesOf(payloads, batchSize)),
  },
  async create(options, context) {
    const backend = await restBackend(azureService(options, context), context);
    return { ...backend, probe: () => provisioned(options) };
  },
};

export default plugin;

function parse(raw: RawOptions): Options {
  const { expect, ...single } = raw;
  const given = parseOptions(NAME, single, {
    url: httpUrl,
    key: parseSecret,
    token: parseSecret,
    deployment: parseName,
    instanceType: parseName,
    instances: wholeNumberWithin(0, 100_000),
    connections: parseConnections,
  });
  const { url, key, token } = given;
  if (url === undefined) throw new UserError(`backend ${NAME}: give the scoring URI with --set url=URL`);
  if (url.username + url.password !== '')
    throw new UserError(`backend ${NAME}: the URL has a user; give a key or a token instead`);
  const secret = secretOf(key, token);
  if (secret !== null && url.protocol !== 'https:' && !isLoopback(url))
    throw new UserError(`backend ${NAME}: a ${secret.kind} is sent over https only; give the URL with https://`);
  url.hash = '';
  return {
    url: url.href,
    secret,
    deployment: given.deployment ?? null,
    instanceType: given.instanceType ?? null,
    instances: given.instances ?? null,
    expect: expectOf(expect),
    connections: given.connections ?? null,
  };
}

function secretOf(key: string | undefined, token: string | undefined): Options['secret'] {
  if (key !== undefined && token !== undefined) throw new UserError(`backend ${NAME}: give a key or a token, not both`);
  if (key !== undefined) return { kind: 'key', text: key };
  return token === undefined ? null : { kind: 'token', text: token };
}

/** Its text is shown nowhere. */
function parseSecret(text: string): string {
  const secret = text.trim();
  if (!/^[\x21-\x7e]{1,16384}$/.test(secret)) throw new Error('give it in plain characters without spaces');
  return secret;
}

function parseName(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(text)) throw new Error('give a name of letters, digits, - and _');
  checkHeaderField(['name', text]);
  return text;
}

/** `https://NAME.REGION.inference.ml.azure.com/score`. */
function regionOf({ hostname }: URL): { region?: string } {
  const region = /\.([a-z0-9]+)\.inference\.ml\.azure\.com$/.exec(hostname)?.[1];
  return region === undefined ? {} : { region };
}

function sizesOf(payloads: readonly Payload[], batchSize: number | undefined): readonly number[] {
  const bodies = bodiesOf(payloads, batchSize !== undefined);
  if (batchSize === undefined) return bodies.map(({ bytes }) => bytes.length);
  return batchSizes(batchesOf(bodies), payloads, batchSize);
}

/** Bytes as they are; tensors, and what goes in batches, as `{"instances": [...]}`. Throws `UserError`. */
function bodiesOf(payloads: readonly Payload[], batched: boolean): readonly RestBody[] {
  return payloads.map((payload, index) => payloadBody(NAME, payload, index, batched));
}

function batchesOf(bodies: readonly RestBody[]): InstanceBatches {
  return instanceBatches(
    NAME,
    bodies.map(({ bytes }) => bytes),
  );
}

function azureService(options: Options, { payloads, batchSize }: Pick<BackendContext, 'payloads' | 'batchSize'>) {
  const bodies = bodiesOf(payloads, batchSize !== undefined);
  return serviceOf(options, bodies, batchSize === undefined ? undefined : batchesOf(bodies));
}

function serviceOf(options: Options, bodies: readonly RestBody[], batches: InstanceBatches | undefined): RestService {
  const { connections, expect } = options;
  const url = new URL(options.url);
  const request = (body: RestBody | null) => bodyRequest(url, 'POST', body, fieldsOf(options));
  const contentType = bodies[0]?.contentType ?? REHEARSED_BODY.contentType;
  const sent = {
    table: bodies.length === 0 ? [request(null)] : bodies.map(request),
    batchRequest: batches && ((payloads: Uint32Array) => request({ contentType, bytes: batches.body(payloads) })),
  };
  const keepHeaders = ['location', MODEL_STATUS, MODEL_REASON, ...bodyHeaders(expect)];
  return {
    url,
    connections,
    method: 'POST',
    expect,
    outcomeOf: answerJudge(expect, failure),
    batches: batches && { instances: batches },
    connect: (connecting) =>
      leanClient(
        { ...connecting, url, limits: { keepHeaders } },
        tableRequests(sent, requestBytes, (made) => made(0).length),
      ),
    rehearsed: ({ href }) =>
      serviceOf({ ...options, url: href, secret: null }, [REHEARSED_BODY], batches && batchesOf([REHEARSED_BODY])),
  };
}

function fieldsOf({ secret, deployment }: Options): readonly HeaderField[] {
  return [
    ...(secret === null ? [] : [['authorization', `Bearer ${secret.text}`] as const]),
    ...(deployment === null ? [] : [['azureml-model-deployment', deployment] as const]),
  ];
}

/** 424: the model's container answered with another status than 200, which headers name. 408: the model took too long. */
function failure(answer: Answer): Outcome {
  const { status, headers, body } = answer;
  if (status === 408) return { ...failedAnswer(answer), ok: false, failure: 'server-error', detail: TOO_LONG };
  if (status !== 424) return failedAnswer(answer);
  const said = [headers[MODEL_STATUS], headers[MODEL_REASON], bodyExcerpt(body)].filter((text) => text !== undefined);
  const detail = printable(`status 424, the model answered ${said.join(': ')}`);
  return { ok: false, failure: 'function-error', detail, ...knownTimes(answer) };
}

const TOO_LONG = 'status 408: the model took longer than request_timeout_ms of the deployment';

/** What the user says: the endpoint itself does not tell it. */
function provisioned({ instances }: Options): Promise<readonly Capacity[]> {
  if (instances !== null) return Promise.resolve([{ kind: 'instances', count: instances }]);
  return Promise.reject(new Error('the endpoint does not tell its instances; give --set instances=N'));
}
