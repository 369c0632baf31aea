import type { BackendContext, BatchCall, Call } from '../backend.js';
import { batchCache } from '../tensors/batch-cache.js';
import type { Connections } from '../wire/connection-share.js';
import type { Sending } from '../wire/exchange.js';
import type { HttpOptions } from '../wire/http-options.js';
import { createWire } from '../wire/http1-wire.js';
import { requestAt, type RequestTemplate, type RunValues } from '../wire/http-request.js';
import { requestBytes } from '../wire/request-bytes.js';
import { wireOptions } from '../wire/wire-options.js';
import { wireFacts } from '../wire/wire-facts.js';
import { bodyHeaders } from '../wire/open-body-rules.js';
import { payloadAt } from '../shared/payload-at.js';
import { http2Facts } from './http2-facts.js';
import { requestForms } from './request-forms.js';

/** What a batch of payloads, by their indexes, is sent as. */
export type BatchRequest = (payloads: Uint32Array) => RequestTemplate;

/** Either way of sending the request of a call. */
export interface Client {
  open(signal: AbortSignal): Promise<void>;
  readonly send: (call: Call, sending: Sending) => void;
  /** Only where it was made with `batchRequest`. */
  readonly sendBatch: (call: BatchCall, sending: Sending<BatchCall>) => void;
  facts(): Readonly<Record<string, string | number | boolean>>;
  close(): Promise<void>;
}

/** What a client sends: one request for each entry of the payload table, `batchRequest` where requests go in batches. */
export interface Requests {
  readonly table: readonly RequestTemplate[];
  readonly values: RunValues;
  readonly batchRequest?: BatchRequest | undefined;
}

/** The lean wire of the protocol asked for, or undici. */
export function createClient(
  url: URL,
  options: HttpOptions,
  connections: Connections,
  context: Pick<BackendContext, 'clock' | 'timeoutMs'>,
  requests: Requests,
): Client | Promise<Client> {
  const create = options.client === 'undici' ? undiciClient : options.http2 === 'no' ? leanClient : http2Client;
  return create(url, options, connections, context, requests);
}

function noBatch(): never {
  throw new Error('a batch in a run without batches');
}

function leanClient(
  url: URL,
  options: HttpOptions,
  connections: Connections,
  context: Pick<BackendContext, 'clock' | 'timeoutMs'>,
  { table, values, batchRequest = noBatch }: Requests,
): Client {
  const wire = createWire({
    url,
    ...wireOptions(options, connections),
    openLimitMs: context.timeoutMs,
    clock: context.clock,
  });
  const bytes = table.map((template) => requestBytes(template, values));
  const batch = batchCache(
    (payloads) => requestBytes(batchRequest(payloads), values),
    (made) => made(0).length,
  );
  return {
    open: (signal) => wire.open(signal),
    send(call, sending) {
      wire.send(payloadAt(bytes, call.payload)(call.seq), sending, call);
    },
    sendBatch(call, sending) {
      wire.send(batch(call.payloads)(call.seq), sending, call);
    },
    facts: () => wireFacts(wire),
    close() {
      wire.close();
      return Promise.resolve();
    },
  };
}

/** Node's HTTP/2 is loaded only where it is asked for. */
async function http2Client(
  url: URL,
  options: HttpOptions,
  { max }: Connections,
  context: Pick<BackendContext, 'clock' | 'timeoutMs'>,
  { table, values, batchRequest = noBatch }: Requests,
): Promise<Client> {
  const { LanePool } = await import('./lane-pool.js');
  const wire = new LanePool({
    url,
    connect: options.connect,
    priorKnowledge: options.http2 === 'prior-knowledge',
    connections: max,
    limits: { bodyBytes: options.bodyLimitBytes, keepHeaders: ['location', ...bodyHeaders(options.expect)] },
    idleMs: options.idleMs,
    clock: context.clock,
  });
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const forms = table.map((template) => requestForms(template, values, scheme));
  const batch = batchCache(
    (payloads) => requestForms(batchRequest(payloads), values, scheme),
    (made) => made.fields(0).body?.length ?? 0,
  );
  return {
    open: (signal) => wire.open(signal),
    send(call, sending) {
      wire.send(payloadAt(forms, call.payload), call.seq, sending, call);
    },
    sendBatch(call, sending) {
      wire.send(batch(call.payloads), call.seq, sending, call);
    },
    facts: () => http2Facts(wire),
    close() {
      wire.close();
      return Promise.resolve();
    },
  };
}

/** The library takes 120 ms to load: only where it is asked for. */
async function undiciClient(
  url: URL,
  options: HttpOptions,
  { max }: Connections,
  context: Pick<BackendContext, 'clock' | 'timeoutMs'>,
  { table, values, batchRequest = noBatch }: Requests,
): Promise<Client> {
  const { createUndiciClient } = await import('../wire/undici-client.js');
  const { connect, proxy, bodyLimitBytes, idleMs } = options;
  const client = createUndiciClient({
    url,
    connections: max,
    connect,
    proxy: proxy === null ? null : new URL(proxy),
    bodyLimitBytes,
    idleMs,
    keepHeaders: ['location', ...bodyHeaders(options.expect)],
    clock: context.clock,
  });
  const requests = table.map((template) => requestAt(template, values));
  const batch = batchCache(
    (payloads) => requestAt(batchRequest(payloads), values),
    (made) => made(0).body?.length ?? 0,
  );
  return {
    open: () => Promise.resolve(),
    send(call, sending) {
      client.send(payloadAt(requests, call.payload)(call.seq), sending, call);
    },
    sendBatch(call, sending) {
      client.send(batch(call.payloads)(call.seq), sending, call);
    },
    facts: () => ({
      client: `undici, HTTP/1.1${proxy === null ? '' : ', through a proxy'}`,
      connectionsOpen: client.connected(),
    }),
    close: () => client.close(),
  };
}
