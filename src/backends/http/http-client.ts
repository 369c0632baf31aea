import type { BackendContext, BatchCall, Call } from '../backend.js';
import { batchCache } from '../shared/batch-cache.js';
import type { Connections } from '../shared/connection-share.js';
import type { Sending } from '../shared/exchange.js';
import type { HttpOptions } from '../shared/http-options.js';
import { createWire } from '../shared/http1-wire.js';
import { type HeaderField, requestBytes } from '../shared/request-bytes.js';
import type { UndiciRequest } from '../shared/undici-client.js';
import { wireFacts } from '../shared/wire-facts.js';
import { payloadAt } from '../shared/payload-at.js';

/** One entry of the payload table as a request. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly HeaderField[];
  readonly body: Uint8Array | null;
}

/** What a batch of payloads, by their indexes, is sent as. */
export type BatchRequest = (payloads: Uint32Array) => Request;

/** Either way of sending the request of a call. */
export interface Client {
  open(signal: AbortSignal): Promise<void>;
  readonly send: (call: Call, sending: Sending) => void;
  /** Only where it was made with `batchRequest`. */
  readonly sendBatch: (call: BatchCall, sending: Sending<BatchCall>) => void;
  facts(): Readonly<Record<string, string | number | boolean>>;
  close(): Promise<void>;
}

/** The lean wire, or undici. `batchRequest` where requests go in batches. */
export function createClient(
  url: URL,
  options: HttpOptions,
  connections: Connections,
  context: Pick<BackendContext, 'clock'>,
  requests: readonly Request[],
  batchRequest: BatchRequest = noBatch,
): Client | Promise<Client> {
  const create = options.client === 'lean' ? leanClient : undiciClient;
  return create(url, options, connections, context, requests, batchRequest);
}

function noBatch(): never {
  throw new Error('a batch in a run without batches');
}

const KEEP_HEADERS = ['location'];

function leanClient(
  url: URL,
  options: HttpOptions,
  connections: Connections,
  context: Pick<BackendContext, 'clock'>,
  requests: readonly Request[],
  batchRequest: BatchRequest,
): Client {
  const wire = createWire({
    url,
    tls: { insecure: options.insecure },
    connections,
    limits: { bodyBytes: options.bodyLimitBytes, keepHeaders: KEEP_HEADERS },
    ...(options.idleMs === null ? {} : { idleMs: options.idleMs }),
    clock: context.clock,
  });
  const bytes = requests.map(wireBytes);
  const batch = batchCache(
    (payloads) => {
      const request = batchRequest(payloads);
      return { bytes: wireBytes(request), size: request.body?.length ?? 0 };
    },
    ({ size }) => size,
  );
  return {
    open: (signal) => wire.open(signal),
    send(call, sending) {
      wire.send(payloadAt(bytes, call.payload)(call.seq), sending, call);
    },
    sendBatch(call, sending) {
      wire.send(batch(call.payloads).bytes(call.seq), sending, call);
    },
    facts: () => wireFacts(wire),
    close() {
      wire.close();
      return Promise.resolve();
    },
  };
}

function wireBytes({ method, path, headers, body }: Request): (seq: number) => Uint8Array {
  const length = lengthField(method, body);
  return requestBytes({ method, target: path, headers: [...headers, ...length], ...(body === null ? {} : { body }) });
}

/** RFC 9110, section 8.6: also for an empty body, where the method expects one. */
function lengthField(method: string, body: Uint8Array | null): readonly HeaderField[] {
  const expectsBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
  return body === null && !expectsBody ? [] : [['content-length', String(body?.length ?? 0)]];
}

/** The library takes 120 ms to load: only where it is asked for. */
async function undiciClient(
  url: URL,
  options: HttpOptions,
  { max }: Connections,
  context: Pick<BackendContext, 'clock'>,
  requests: readonly Request[],
  batchRequest: BatchRequest,
): Promise<Client> {
  const { createUndiciClient } = await import('../shared/undici-client.js');
  const { insecure, http2, proxy, bodyLimitBytes, idleMs } = options;
  const client = createUndiciClient({
    url,
    connections: max,
    insecure,
    http2,
    proxy: proxy === null ? null : new URL(proxy),
    bodyLimitBytes,
    idleMs,
    keepHeaders: KEEP_HEADERS,
    clock: context.clock,
  });
  const flat = requests.map(flatHeaders);
  const batch = batchCache(
    (payloads) => flatHeaders(batchRequest(payloads)),
    ({ body }) => body?.length ?? 0,
  );
  const send = <C extends Call>(request: UndiciRequest, sending: Sending<C>, call: C): void => {
    const headers = request.headers.map((text) => text.replaceAll('{seq}', String(call.seq)));
    const path = request.path.replaceAll('{seq}', String(call.seq));
    client.send({ ...request, path, headers }, sending, call);
  };
  return {
    open: () => Promise.resolve(),
    send(call, sending) {
      send(payloadAt(flat, call.payload), sending, call);
    },
    sendBatch(call, sending) {
      send(batch(call.payloads), sending, call);
    },
    facts: () => ({
      client: `undici, HTTP/${http2 ? '2 where the service agrees' : '1.1'}${proxy === null ? '' : ', through a proxy'}`,
      connectionsOpen: client.connected(),
    }),
    close: () => client.close(),
  };
}

function flatHeaders(request: Request): UndiciRequest {
  return { ...request, headers: request.headers.flat() };
}
