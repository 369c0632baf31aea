import { messageOf, UserError } from '../errors.js';
import type { Payload } from '../trace.js';
import type { Backend, BackendContext, BackendPlugin } from './backend.js';
import { type BatchRequest, type Client, createClient, type Request } from './http/http-client.js';
import { answerJudge } from './shared/answer-judge.js';
import { batchSizes } from './shared/check-sizes.js';
import { checkSocketLimits } from './shared/check-socket-limits.js';
import { chosenProxy } from './shared/chosen-proxy.js';
import { connectionShare } from './shared/connection-share.js';
import { HTTP_OPTIONS, type HttpOptions, parseHttpOptions } from './shared/http-options.js';
import { instanceBatches, type InstanceBatches } from './shared/instance-batches.js';
import { instancesJson, JSON_TYPE } from './shared/instances-json.js';
import { READS_NON_FINITE } from './shared/json-body.js';
import { openLoopbackSink } from './shared/loopback-sink.js';
import type { HeaderField } from './shared/request-bytes.js';
import { sentCalls } from './shared/sent-calls.js';

/** Any service that answers HTTP requests; the payload goes as it is. */
const plugin: BackendPlugin<HttpOptions> = {
  name: 'http',
  summary: 'any HTTP/1.1 or HTTP/2 service',
  waits: 'on-the-world',
  // undici's handshakes cannot be told from waiting.
  knowsSent: ({ client }) => client === 'lean',
  publicOptions: ['method', 'connections', 'client', 'insecure', 'expect', 'http2', 'body-limit', 'idle'],
  options: HTTP_OPTIONS,
  parseOptions: parseHttpOptions,
  batches: () => true,
  // A connection belongs to one thread.
  maxWorkers: ({ connections }) => connections ?? Infinity,
  connectionLimit: ({ connections }) => connections,
  setUp(options, { payloads, mostInFlight, progress, env, batchSize }) {
    payloads.forEach(checkPayload);
    const { proxy, notes } = chosenProxy(options, env);
    if (batchSize !== undefined) batchesOf(payloads);
    for (const warning of checkSocketLimits({ connections: options.connections, mostInFlight }))
      progress(`warning: ${warning}`);
    return Promise.resolve({
      options: { ...options, proxy },
      notes: [...notes, ...(options.insecure ? ['The certificate of the service was not checked.'] : [])],
    });
  },
  checks: {
    address: ({ url, insecure, proxy }) =>
      Promise.resolve(proxy === null ? { url: new URL(url), insecure } : { url: new URL(proxy) }),
    sizes: (_options, payloads, batchSize) => Promise.resolve(sizesOf(payloads, batchSize)),
  },
  create: (options, context) => createBackend(options, context),
};

export default plugin;

function checkPayload(payload: Payload, index: number): void {
  if (payload.kind === 'bytes') return;
  throw new UserError(
    `backend http: payload ${String(index)} of the trace is a tensor, which has no HTTP form; give its bytes (a body with a content type) instead`,
  );
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

async function createBackend(options: HttpOptions, context: BackendContext): Promise<Backend> {
  const requests = requestsOf(options, context);
  const batches = context.batchSize === undefined ? undefined : batchesOf(context.payloads);
  const client = await createClient(
    new URL(options.url),
    options,
    connectionShare(options.connections, context),
    context,
    requests,
    batches && batchRequests(batches, options, context.runId),
  );
  return {
    ...invokesOf(options, client, batches, requests, context),
    prepare: (signal) => client.open(signal),
    rehearse: (signal) => rehearse(options, context, signal),
    facts: () => client.facts(),
    close: () => client.close(),
  };
}

function requestsOf(
  options: HttpOptions,
  { payloads, runId }: Pick<BackendContext, 'payloads' | 'runId'>,
): readonly Request[] {
  if (payloads.length === 0) return [requestOf(options, runId, null)];
  return payloads.map((payload, index) => {
    checkPayload(payload, index);
    return requestOf(options, runId, payload);
  });
}

function requestOf(options: HttpOptions, runId: string, payload: Payload | null): Request {
  const url = new URL(options.url);
  const own = options.headers.map(([name, value]): HeaderField => [name, value.replaceAll('{run}', runId)]);
  const ownNames = own.map(([name]) => name.toLowerCase());
  const usual: readonly HeaderField[] = [
    ['host', url.host],
    ['user-agent', 'replay'],
    ['accept', '*/*'],
    ...(payload?.kind === 'bytes' ? [['content-type', payload.contentType] as const] : []),
  ];
  return {
    method: options.method ?? (payload === null ? 'GET' : 'POST'),
    path: (url.pathname + url.search).replace(/%7B(seq|run)%7D/gi, '{$1}').replaceAll('{run}', runId),
    headers: [...usual.filter(([name]) => !ownNames.includes(name)), ...own],
    body: payload?.kind === 'bytes' ? payload.bytes : null,
  };
}

function batchRequests(batches: InstanceBatches, options: HttpOptions, runId: string): BatchRequest {
  return (payloads) =>
    requestOf(options, runId, { kind: 'bytes', contentType: JSON_TYPE, bytes: batches.body(payloads) });
}

function invokesOf(
  { expect }: HttpOptions,
  client: Client,
  batches: InstanceBatches | undefined,
  requests: readonly Request[],
  { onAnswer }: Pick<BackendContext, 'onAnswer'>,
): Pick<Backend, 'invoke' | 'invokeBatch'> {
  const outcomeOf = answerJudge(expect);
  return sentCalls({
    method: requests[0]?.method ?? 'GET',
    collectBody: expect.bodyHolds.length > 0,
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
  const sink = await openLoopbackSink().catch(() => undefined);
  if (sink === undefined) return undefined;
  const payloads: Payload[] =
    context.payloads.length === 0 ? [] : [{ kind: 'bytes', contentType: 'application/json', bytes: REHEARSED_BODY }];
  const rehearsed: HttpOptions = { ...options, url: sink.url.href, http2: false, proxy: null };
  const requests = requestsOf(rehearsed, { payloads, runId: context.runId });
  const batches = context.batchSize === undefined ? undefined : batchesOf(payloads);
  const connections = { initial: REHEARSED_CONNECTIONS, max: REHEARSED_CONNECTIONS };
  const client = await createClient(
    sink.url,
    rehearsed,
    connections,
    { clock: context.clock },
    requests,
    batches && batchRequests(batches, rehearsed, context.runId),
  );
  await client.open(signal);
  return {
    ...invokesOf(rehearsed, client, batches, requests, {}),
    async close() {
      await client.close();
      sink.close();
    },
  };
}
