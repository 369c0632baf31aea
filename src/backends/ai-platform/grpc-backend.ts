import type { Outcome } from '../../sample.js';
import type { Backend, BackendContext, BatchOutcome, Call } from '../backend.js';
import { batchCache } from '../tensors/batch-cache.js';
import { type ConnectOptions, PLAIN_CONNECT } from '../wire/connect-options.js';
import { connectionShare, type Connections } from '../wire/connection-share.js';
import { openBackgroundToken } from '../google/google-background-token.js';
import type { TokenWish } from '../google/google-credentials.js';
import { tokenFields, type TokenSource, withoutToken } from '../google/google-token.js';
import type { GrpcChannels, GrpcReply } from '../grpc/grpc-call.js';
import { createGrpcChannels } from '../grpc/grpc-channels.js';
import { type Grpc, type GrpcMetadata, loadGrpc } from '../grpc/grpc-runtime.js';
import { openGrpcSink } from '../grpc/grpc-sink.js';
import { rehearsedCalls } from '../wire/rehearsed-calls.js';
import { answerText } from '../wire/seen-answer.js';
import type { Method } from './endpoint-address.js';
import { grpcFailure } from './grpc-failure.js';
import { messageBatches, type MessageBatches } from './message-batches.js';

export interface GrpcPlan {
  readonly url: URL;
  /** projects/P/locations/R/endpoints/ID. */
  readonly name: string;
  readonly method: Method;
  /** Encoded messages, one per payload. */
  readonly messages: readonly Uint8Array[];
  /** Null: no token. */
  readonly wish: TokenWish | null;
  /** Over all workers; null: as many as it takes, at first one each. */
  readonly connections: number | null;
  readonly connect: ConnectOptions;
}

const PATHS: Readonly<Record<Method, string>> = {
  predict: '/google.cloud.aiplatform.v1.PredictionService/Predict',
  rawPredict: '/google.cloud.aiplatform.v1.PredictionService/RawPredict',
};
const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Calls over HTTP/2 by grpc-js. Messages go out as they were encoded and answers are not decoded: the thread keeps a
 * schedule. It cannot be seen when the first byte leaves, so `sentMs` is unknown.
 */
export async function createGrpcBackend(plan: GrpcPlan, context: BackendContext): Promise<Backend> {
  const grpc = await loadGrpc();
  const token = plan.wish === null ? null : await openBackgroundToken(plan.wish, context.hide);
  const channels = channelsTo(grpc, plan, connectionShare(plan.connections, context, 1), context);
  const send = sender(grpc, plan, channels, token, context.onAnswer);
  return {
    invoke: createInvoke(send, plan.messages),
    ...(context.batchSize === undefined ? {} : { invokeBatch: createInvokeBatch(send, messageBatches(plan.messages)) }),
    prepare: (signal) => channels.open(signal),
    rehearse: (signal) => rehearse(grpc, plan, context, signal),
    facts: () => ({ client: 'grpc-js, HTTP/2', ...channels.facts(), ...token?.facts() }),
    close() {
      token?.close();
      channels.close();
      return Promise.resolve();
    },
  };
}

function channelsTo(
  grpc: Grpc,
  { url, connect }: Pick<GrpcPlan, 'url' | 'connect'>,
  channels: Connections,
  { clock, timeoutMs }: BackendContext,
): GrpcChannels {
  const target = { grpc, url, connect, answerBytes: BODY_LIMIT_BYTES };
  return createGrpcChannels({ ...target, channels, clock, timeoutMs, failureOf: grpcFailure });
}

type Send = (
  message: Buffer,
  call: Call,
) => Promise<{ readonly outcome: Outcome; readonly answer: Buffer | undefined }>;

function sender(
  grpc: Grpc,
  { name, method }: Pick<GrpcPlan, 'name' | 'method'>,
  channels: GrpcChannels,
  token: TokenSource | null,
  onAnswer?: BackendContext['onAnswer'],
): Send {
  const metadata = createMetadata(grpc, name, token);
  const hidden = (text: string): string => (token === null ? text : withoutToken(text, token.current()));
  return async (message, call) => {
    const reply = await channels.call(PATHS[method], message, metadata(), call);
    const answer = reply.kind === 'answer' ? reply.bytes : undefined;
    if (answer !== undefined) onAnswer?.({ status: 'OK', bodyBytes: answer.length, text: hidden(answerText(answer)) });
    return { outcome: outcomeOf(reply, hidden), answer };
  };
}

function createInvoke(send: Send, messages: readonly Uint8Array[]): (call: Call) => Promise<Outcome> {
  const buffers = messages.map((bytes) => Buffer.from(bytes));
  return async (call) => (await send(buffers[call.payload] as Buffer, call)).outcome;
}

function createInvokeBatch(send: Send, batches: MessageBatches): NonNullable<Backend['invokeBatch']> {
  const messages = batchCache(batches.message, ({ length }) => length);
  return async (call): Promise<BatchOutcome> => {
    const { outcome, answer } = await send(messages(call.payloads), call);
    return answer === undefined ? outcome : batches.split(outcome, call.payloads, answer);
  };
}

function outcomeOf(reply: GrpcReply, hidden: (text: string) => string): Outcome {
  const { doneMs, doneEarliestMs } = reply;
  const times = { doneMs, doneEarliestMs };
  if (reply.kind === 'answer') return { ok: true, ...times };
  return { ok: false, failure: reply.failure, detail: hidden(reply.detail), ...times };
}

/** The fields of every call: made again when the token changes; grpc-js writes into its own copy only where it is given one. */
function createMetadata(grpc: Grpc, name: string, token: TokenSource | null): () => GrpcMetadata {
  let text = '';
  let metadata = fields('');
  function fields(bearer: string): GrpcMetadata {
    const made = new grpc.Metadata();
    made.set('x-goog-request-params', `endpoint=${encodeURIComponent(name)}`);
    for (const [field, value] of tokenFields(bearer, token?.quotaProject)) made.set(field, value);
    return made;
  }
  return () => {
    const current = token?.current() ?? '';
    if (current !== text) metadata = fields((text = current));
    return metadata.clone();
  };
}

/** The very same code to a sink in this thread. Without one the run is only less exact at first. */
async function rehearse(
  grpc: Grpc,
  plan: GrpcPlan,
  context: BackendContext,
  signal: AbortSignal,
): Promise<Backend | undefined> {
  const sink = await openGrpcSink(grpc, PATHS[plan.method], Buffer.alloc(0)).catch(() => undefined);
  if (sink === undefined) return undefined;
  const channels = channelsTo(grpc, { url: sink.url, connect: PLAIN_CONNECT }, { initial: 2, max: 2 }, context);
  await channels.open(signal);
  return {
    invoke: rehearsedCalls(createInvoke(sender(grpc, plan, channels, null), [new Uint8Array(64)])),
    close() {
      channels.close();
      sink.close();
      return Promise.resolve();
    },
  };
}
