import type { Client, Metadata, ServiceError } from '@grpc/grpc-js';
import type { Clock } from '../../clock.js';
import type { Outcome } from '../../sample.js';
import type { Backend, BackendContext, Call } from '../backend.js';
import { openBackgroundToken } from '../shared/google-background-token.js';
import type { TokenWish } from '../shared/google-credentials.js';
import { type TokenSource, withoutToken } from '../shared/google-token.js';
import type { Method } from './endpoint-address.js';
import { grpcFailure } from './grpc-failure.js';
import { openGrpcSink } from './grpc-sink.js';
import { loadPackage } from './load-package.js';

export interface GrpcPlan {
  readonly url: URL;
  /** projects/P/locations/R/endpoints/ID. */
  readonly name: string;
  readonly method: Method;
  /** Encoded messages, one per payload. */
  readonly messages: readonly Uint8Array[];
  /** Null: no token. */
  readonly wish: TokenWish | null;
  /** Over all workers; null: one each. */
  readonly connections: number | null;
}

type Grpc = typeof import('@grpc/grpc-js');

const PATHS: Readonly<Record<Method, string>> = {
  predict: '/google.cloud.aiplatform.v1.PredictionService/Predict',
  rawPredict: '/google.cloud.aiplatform.v1.PredictionService/RawPredict',
};
const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
/** How long `prepare` waits for connections; a service that is down is no reason to wait longer. */
const OPENING_MS = 5000;
const WARM_UP_CALLS = 1000;
const WARM_UP_LANES = 32;

/**
 * Calls over HTTP/2 by grpc-js. Messages go out as they were encoded and answers are not decoded: the thread keeps a
 * schedule. It cannot be seen when the first byte leaves, so `sentMs` is unknown.
 */
export async function createGrpcBackend(plan: GrpcPlan, context: BackendContext): Promise<Backend> {
  const grpc = await loadPackage(() => import('@grpc/grpc-js'));
  const token = plan.wish === null ? null : await openBackgroundToken(plan.wish);
  const clients = openClients(grpc, plan, context);
  return {
    invoke: createInvoke(grpc, plan, clients, token, context.clock),
    async prepare(signal) {
      await warmUp(grpc, plan, context, signal);
      await opened(clients, context.clock);
    },
    facts: () => ({ client: 'grpc-js, HTTP/2', channels: clients.length, ...token?.facts() }),
    close() {
      token?.close();
      for (const client of clients) client.close();
      return Promise.resolve();
    },
  };
}

/** A channel is one connection. */
function openClients(grpc: Grpc, { url, connections }: GrpcPlan, { worker, workers }: BackendContext): Client[] {
  const share = connections === null ? 1 : Math.floor((connections + workers - 1 - worker) / workers);
  const isSecure = url.protocol === 'https:';
  const address = `${url.hostname}:${url.port === '' ? (isSecure ? '443' : '80') : url.port}`;
  return Array.from({ length: share }, () => openClient(grpc, address, isSecure));
}

function openClient(grpc: Grpc, address: string, isSecure: boolean): Client {
  const credentials = isSecure ? grpc.credentials.createSsl() : grpc.credentials.createInsecure();
  return new grpc.Client(address, credentials, {
    // A request is sent once, straight to the service, over this channel's own connection.
    'grpc.enable_retries': 0,
    'grpc.enable_http_proxy': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config_disable_resolution': 1,
    'grpc.max_receive_message_length': BODY_LIMIT_BYTES,
    'grpc.max_send_message_length': -1,
  });
}

/** Resolves when all are connected, or when it has taken long enough. */
async function opened(clients: readonly Client[], clock: Clock): Promise<void> {
  const enough = new AbortController();
  const connections = clients.map(
    (client) =>
      new Promise((resolve) => {
        client.waitForReady(Infinity, resolve);
      }),
  );
  await Promise.race([Promise.all(connections), clock.until(clock.now() + OPENING_MS, enough.signal)]);
  enough.abort();
}

type Invoke = (call: Call) => Promise<Outcome>;

function createInvoke(
  grpc: Grpc,
  { name, method, messages }: Pick<GrpcPlan, 'name' | 'method' | 'messages'>,
  clients: readonly Client[],
  token: TokenSource | null,
  clock: Clock,
): Invoke {
  const metadata = createMetadata(grpc, name, token);
  const buffers = messages.map((bytes) => Buffer.from(bytes));
  const path = PATHS[method];
  let turn = 0;
  return (call) =>
    new Promise((resolve) => {
      const client = clients[turn++ % clients.length] as Client;
      const done = (error: ServiceError | null): void => {
        const doneMs = clock.now();
        resolve(error === null ? { ok: true, doneMs } : { ...failed(error, token), doneMs });
      };
      const sent = client.makeUnaryRequest(path, asIs, asIs, buffers[call.payload] as Buffer, metadata(), done);
      call.onAbort(() => {
        sent.cancel();
      });
    });
}

function asIs(bytes: Buffer): Buffer {
  return bytes;
}

/** The fields of every call: made again when the token changes; grpc-js writes into its own copy only where it is given one. */
function createMetadata(grpc: Grpc, name: string, token: TokenSource | null): () => Metadata {
  let text = '';
  let metadata = fields('');
  function fields(bearer: string): Metadata {
    const made = new grpc.Metadata();
    made.set('x-goog-request-params', `endpoint=${encodeURIComponent(name)}`);
    if (bearer !== '') made.set('authorization', `Bearer ${bearer}`);
    return made;
  }
  return () => {
    const current = token?.current() ?? '';
    if (current !== text) metadata = fields((text = current));
    return metadata.clone();
  };
}

function failed(error: ServiceError, token: TokenSource | null): Outcome {
  const { failure, detail } = grpcFailure(error);
  return { ok: false, failure, detail: token === null ? detail : withoutToken(detail, token.current()) };
}

/** The same code against a sink in this thread, so that the first second is as exact as the tenth. */
async function warmUp(grpc: Grpc, plan: GrpcPlan, { clock }: BackendContext, signal: AbortSignal): Promise<void> {
  const sink = await openGrpcSink().catch(() => undefined);
  if (sink === undefined) return;
  const client = openClient(grpc, sink.address, false);
  const invoke = createInvoke(grpc, { ...plan, messages: [new Uint8Array(64)] }, [client], null, clock);
  let left = WARM_UP_CALLS;
  const lane = async (): Promise<void> => {
    while (left-- > 0 && !signal.aborted) await invoke(warmUpCall(left, clock.now(), signal));
  };
  await Promise.all(Array.from({ length: WARM_UP_LANES }, lane));
  client.close();
  sink.close();
}

function warmUpCall(seq: number, handedMs: number, signal: AbortSignal): Call {
  return { seq, dueMs: handedMs, handedMs, payload: 0, signal, onAbort: () => undefined };
}
