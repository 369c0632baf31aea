import { messageOf, UserError } from '../errors.js';
import type { Payload } from '../trace.js';
import type { Backend, BackendContext, BackendPlugin } from './backend.js';
import { fewAtOnce } from './http/few-at-once.js';
import { openHttp2Sink } from './http/http2-sink.js';
import { type BatchRequest, type Client, createClient, type Requests } from './http/http-client.js';
import { checkHttpPayloads, placeholderNotes } from './http/http-payloads.js';
import { requestOf } from './http/request-of.js';
import { answerJudge } from './wire/answer-judge.js';
import { batchSizes } from './tensors/check-sizes.js';
import { checkHttp2Headers } from './wire/check-http2-headers.js';
import { checkSocketLimits } from './wire/check-socket-limits.js';
import { chosenProxy } from './wire/chosen-proxy.js';
import { PLAIN_CONNECT, serviceLocation } from './wire/connect-options.js';
import { connectionShare } from './wire/connection-share.js';
import { HTTP_OPTIONS, type HttpOptions, parseHttpOptions } from './wire/http-options.js';
import { instanceBatches, type InstanceBatches } from './tensors/instance-batches.js';
import { instancesJson, JSON_TYPE } from './tensors/instances-json.js';
import { READS_NON_FINITE } from './tensors/json-body.js';
import type { HeaderField, RequestTemplate } from './wire/http-request.js';
import { openLoopbackSink } from './wire/loopback-sink.js';
import { openBodyRules } from './wire/open-body-rules.js';
import { readPemFiles } from './wire/read-pem-files.js';
import { sentCalls } from './wire/sent-calls.js';

/** Any service that answers HTTP requests; the payload goes as it is. */
const plugin: BackendPlugin<HttpOptions> = {
  name: 'http',
  summary: 'any HTTP/1.1 or HTTP/2 service',
  waits: 'on-the-world',
  // undici's handshakes cannot be told from waiting.
  knowsSent: ({ client }) => client === 'lean',
  publicOptions: [
    ...['method', 'connections', 'client', 'insecure', 'expect', 'http2', 'body-limit', 'idle'],
    ...['requests-per-connection', 'max-connection-age', 'cacert', 'cert', 'sni', 'resolve', 'unix-socket'],
  ],
  options: HTTP_OPTIONS,
  parseOptions: parseHttpOptions,
  payloadRequests: true,
  batches: () => true,
  // A connection belongs to one thread.
  maxWorkers: ({ connections }) => connections ?? Infinity,
  connectionLimit: ({ connections }) => connections,
  async setUp(options, { payloads, mostInFlight, progress, env, batchSize }) {
    checkHttpPayloads(options.url, payloads, batchSize !== undefined);
    if (options.http2 !== 'no') for (const payload of payloads) checkHttp2Headers(ownHeaders(payload));
    const { proxy, notes } = chosenProxy(options, env);
    if (batchSize !== undefined) batchesOf(payloads);
    for (const warning of checkSocketLimits({ connections: options.connections, mostInFlight }))
      progress(`warning: ${warning}`);
    const connect = await readPemFiles('http', options.pemFiles, options.connect);
    return {
      options: { ...options, proxy, connect },
      notes: [
        ...notes,
        ...placeholderNotes(payloads),
        ...(connect.insecure ? ['The certificate of the service was not checked.'] : []),
      ],
    };
  },
  checks: {
    address: ({ url, connect, proxy }) =>
      Promise.resolve(proxy === null ? serviceLocation(new URL(url), connect) : { url: new URL(proxy) }),
    sizes: (_options, payloads, batchSize) => Promise.resolve(sizesOf(payloads, batchSize)),
  },
  create: (options, context) => createBackend(options, context),
};

export default plugin;

function ownHeaders(payload: Payload): readonly HeaderField[] {
  return payload.kind === 'bytes' ? (payload.request?.headers ?? []) : [];
}

function sizesOf(payloads: readonly Payload[], batchSize: number | undefined): readonly number[] {
  if (batchSize !== undefined) return batchSizes(batchesOf(payloads), payloads, batchSize);
  return payloads.map((payload) => (payload.kind === 'bytes' ? payload.bytes.length : NaN));
}

/** Payloads that go as they are alone go as instances together. Throws `UserError`. */
function batchesOf(payloads: readonly Payload[]): InstanceBatches {
  const bodies = payloads.map((payload, index) => {
    try {
      return instancesJson(payload, READS_NON_FINITE);
    } catch (thrown) {
      throw new UserError(`backend http: payload ${String(index)} of the trace: ${messageOf(thrown)}`);
    }
  });
  return instanceBatches('http', bodies);
}

const REHEARSED_CONNECTIONS = 32;
const REHEARSED_BODY = Buffer.from('{"instances":[[0.5]]}');
const REHEARSED_TEMPLATE = Buffer.from('{"instances":[[{seq}]],"id":"{uuid}"}');

/** The body of the rehearsal, with placeholders where the run's have some. */
function rehearsedPayload(payloads: readonly Payload[]): Payload {
  const fills = payloads.some((payload) => payload.kind === 'bytes' && payload.template === true);
  if (!fills) return { kind: 'bytes', contentType: JSON_TYPE, bytes: REHEARSED_BODY };
  return { kind: 'bytes', contentType: JSON_TYPE, bytes: REHEARSED_TEMPLATE, template: true };
}

async function createBackend(options: HttpOptions, context: BackendContext): Promise<Backend> {
  const batches = context.batchSize === undefined ? undefined : batchesOf(context.payloads);
  const requests = requestsOf(options, context, batches);
  const client = await createClient(
    new URL(options.url),
    options,
    connectionShare(options.connections, context),
    context,
    requests,
  );
  return {
    ...(await invokesOf(options, client, batches, requests, context)),
    prepare: (signal) => client.open(signal),
    rehearse: (signal) => rehearse(options, context, signal),
    facts: () => client.facts(),
    close: () => client.close(),
  };
}

function requestsOf(
  options: HttpOptions,
  { payloads, runId }: Pick<BackendContext, 'payloads' | 'runId'>,
  batches: InstanceBatches | undefined,
): Requests {
  const table =
    payloads.length === 0 ? [requestOf(options, null)] : payloads.map((payload) => requestOf(options, payload));
  return {
    table,
    values: { runId, uuidKey: options.uuidKey },
    batchRequest: batches && batchRequest(batches, options),
  };
}

function batchRequest(batches: InstanceBatches, options: HttpOptions): BatchRequest {
  return (payloads) => requestOf(options, { kind: 'bytes', contentType: JSON_TYPE, bytes: batches.body(payloads) });
}

/** One where all have the same. */
function methodsOf(table: readonly RequestTemplate[]): string | readonly string[] {
  const methods = table.map(({ method }) => method);
  const [first = 'GET'] = methods;
  return methods.every((method) => method === first) ? first : methods;
}

async function invokesOf(
  { expect, bodyLimitBytes }: HttpOptions,
  client: Client,
  batches: InstanceBatches | undefined,
  { table }: Requests,
  { onAnswer }: Pick<BackendContext, 'onAnswer'>,
): Promise<Pick<Backend, 'invoke' | 'invokeBatch'>> {
  const outcomeOf = answerJudge(expect);
  return sentCalls({
    method: methodsOf(table),
    openBody: await openBodyRules(expect, bodyLimitBytes),
    send: client.send,
    outcomeOf,
    batches: batches && { send: client.sendBatch, outcomeOf, instances: batches },
    onAnswer,
  });
}

/** The very same code to a sink in this thread. Without one the run is only less exact at first. */
async function rehearse(
  options: HttpOptions,
  context: BackendContext,
  signal: AbortSignal,
): Promise<Backend | undefined> {
  const isHttp2 = options.http2 !== 'no';
  const sink = await (isHttp2 ? openHttp2Sink() : openLoopbackSink()).catch(() => undefined);
  if (sink === undefined) return undefined;
  const payloads = context.payloads.length === 0 ? [] : [rehearsedPayload(context.payloads)];
  const http2 = isHttp2 ? 'prior-knowledge' : 'no';
  const rehearsed: HttpOptions = { ...options, url: sink.url.href, http2, proxy: null, connect: PLAIN_CONNECT };
  const batches = context.batchSize === undefined ? undefined : batchesOf(payloads);
  const requests = requestsOf(rehearsed, { payloads, runId: context.runId }, batches);
  const most = isHttp2 ? 2 : REHEARSED_CONNECTIONS;
  const connections = { initial: most, max: most };
  const created = await createClient(sink.url, rehearsed, connections, { clock: context.clock }, requests);
  const client = isHttp2 ? fewAtOnce(created) : created;
  await client.open(signal);
  return {
    ...(await invokesOf(rehearsed, client, batches, requests, {})),
    async close() {
      await client.close();
      sink.close();
    },
  };
}
