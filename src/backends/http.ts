import { messageOf, UserError } from '../errors.js';
import type { Payload } from '../trace.js';
import type { BackendContext, BackendPlugin } from './backend.js';
import { createHttpClient } from './http/http-client.js';
import { checkHttpPayloads, placeholderNotes } from './http/http-payloads.js';
import { requestOf } from './http/request-of.js';
import { answerJudge } from './wire/answer-judge.js';
import { batchSizes } from './tensors/check-sizes.js';
import { checkHttp2Headers } from './wire/check-http2-headers.js';
import { checkSocketLimits } from './wire/check-socket-limits.js';
import { chosenProxy } from './wire/chosen-proxy.js';
import { PLAIN_CONNECT, serviceLocation } from './wire/connect-options.js';
import { HTTP_OPTIONS, type HttpOptions, parseHttpOptions } from './wire/http-options.js';
import { instanceBatches, type InstanceBatches } from './tensors/instance-batches.js';
import { instancesJson, JSON_TYPE } from './tensors/instances-json.js';
import { READS_NON_FINITE } from './tensors/json-body.js';
import type { HeaderField, RequestTemplate } from './wire/http-request.js';
import { readPemFiles } from './wire/read-pem-files.js';
import { REHEARSED_BODY, restBackend, type RestService } from './wire/rest-client.js';
import type { TemplatesSent } from './wire/templates-client.js';
import { CONNECTION_BOUNDS } from './wire/usual-options.js';

/** Any service that answers HTTP requests; the payload goes as it is. */
const plugin: BackendPlugin<HttpOptions> = {
  name: 'http',
  summary: 'any HTTP/1.1 or HTTP/2 service',
  waits: 'on-the-world',
  // undici's handshakes cannot be distinguished from waiting.
  knowsSent: ({ client }) => client === 'lean',
  publicOptions: [
    ...['method', 'connections', 'client', 'insecure', 'expect', 'http2', 'body-limit', 'idle'],
    ...['requests-per-connection', 'max-connection-age', 'cacert', 'cert', 'sni', 'resolve', 'unix-socket'],
  ],
  options: HTTP_OPTIONS,
  parseOptions: parseHttpOptions,
  payloadRequests: true,
  batches: () => true,
  ...CONNECTION_BOUNDS,
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
        ...placeholderNotes(payloads, options.columns),
        ...(connect.insecure ? ['The certificate of the service was not checked.'] : []),
      ],
    };
  },
  checks: {
    address: ({ url, connect, proxy }) =>
      Promise.resolve(proxy === null ? serviceLocation(new URL(url), connect) : { url: new URL(proxy) }),
    sizes: (_options, payloads, batchSize) => Promise.resolve(sizesOf(payloads, batchSize)),
  },
  create: (options, context) => restBackend(httpService(options, context), context),
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

const REHEARSED_TEMPLATE = Buffer.from('{"instances":[[{seq}]],"id":"{uuid}"}');

/** The payload of the rehearsal, with placeholders where the run's have some. */
function rehearsedPayload(payloads: readonly Payload[]): Payload {
  const fills = payloads.some((payload) => payload.kind === 'bytes' && payload.template === true);
  if (!fills) return { kind: 'bytes', ...REHEARSED_BODY };
  return { kind: 'bytes', contentType: JSON_TYPE, bytes: REHEARSED_TEMPLATE, template: true };
}

type Sent = Pick<BackendContext, 'payloads' | 'runId' | 'batchSize' | 'arrivals'>;

function httpService(options: HttpOptions, sent: Sent): RestService {
  const { payloads, runId, batchSize, arrivals } = sent;
  const batches = batchSize === undefined ? undefined : batchesOf(payloads);
  const table =
    payloads.length === 0 ? [requestOf(options, null)] : payloads.map((payload) => requestOf(options, payload));
  const templates: TemplatesSent = {
    table,
    values: { runId, uuidKey: options.uuidKey, arrivals },
    batchRequest: batches && batchRequest(batches, options),
  };
  const { expect, bodyLimitBytes, connections, http2 } = options;
  return {
    url: new URL(options.url),
    connections,
    method: methodsOf(table),
    expect,
    bodyLimitBytes,
    outcomeOf: answerJudge(expect),
    batches: batches && { instances: batches },
    connect: (connecting) => createHttpClient(options, connecting, templates),
    standIn: http2 === 'no' ? 'HTTP/1.1' : 'HTTP/2',
    rehearsed: (standIn) => httpService(...rehearsal(options, sent, standIn)),
  };
}

function rehearsal(options: HttpOptions, { payloads, ...sent }: Sent, { href }: URL): [HttpOptions, Sent] {
  const http2 = options.http2 === 'no' ? 'no' : 'prior-knowledge';
  return [
    { ...options, url: href, http2, proxy: null, connect: PLAIN_CONNECT },
    { ...sent, payloads: payloads.length === 0 ? [] : [rehearsedPayload(payloads)] },
  ];
}

function batchRequest(batches: InstanceBatches, options: HttpOptions): NonNullable<TemplatesSent['batchRequest']> {
  return (payloads) => requestOf(options, { kind: 'bytes', contentType: JSON_TYPE, bytes: batches.body(payloads) });
}

/** One where all have the same. */
function methodsOf(table: readonly RequestTemplate[]): string | readonly string[] {
  const methods = table.map(({ method }) => method);
  const [first = 'GET'] = methods;
  return methods.every((method) => method === first) ? first : methods;
}
