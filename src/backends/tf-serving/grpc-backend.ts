import { counted } from '../../text/counted.js';
import type { Outcome } from '../../sample.js';
import type { Backend, BackendContext, BatchOutcome, Call } from '../backend.js';
import { batchCache } from '../tensors/batch-cache.js';
import { connectionShare, type Connections } from '../wire/connection-share.js';
import type { GrpcChannels, GrpcReply } from '../grpc/grpc-call.js';
import { createGrpcChannels } from '../grpc/grpc-channels.js';
import { grpcMetadata } from '../grpc/grpc-metadata.js';
import { loadGrpc, type Grpc, type GrpcMetadata, type GrpcMethod } from '../grpc/grpc-runtime.js';
import { openGrpcSink } from '../grpc/grpc-sink.js';
import { payloadAt } from '../shared/payload-at.js';
import { rehearsedCalls } from '../wire/rehearsed-calls.js';
import { answerText } from '../wire/seen-answer.js';
import { predictMethod, predictRequest } from './predict-request.js';
import { tensorBatches, type TensorBatches } from './tensor-batches.js';
import type { TfServingOptions } from './tf-serving-options.js';

/** Connections opened before the start, over all workers, when the user names no number. */
const INITIAL_CHANNELS = 8;

/** One worker's client of the gRPC server. */
export async function openGrpcBackend(options: TfServingOptions, context: BackendContext): Promise<Backend> {
  const [grpc, method] = await Promise.all([loadGrpc(), predictMethod()]);
  const requests = context.payloads.map((payload) => predictRequest(method, payload, options));
  const channels = channelsTo(
    grpc,
    new URL(options.http.url),
    options,
    context,
    connectionShare(options.channels, context, INITIAL_CHANNELS),
  );
  const values = { runId: context.runId, uuidKey: options.http.uuidKey, arrivals: context.arrivals };
  const send = sender(channels, method.path, grpcMetadata(grpc, options.http, values), context);
  return {
    invoke: createInvoke(send, requests),
    ...(context.batchSize === undefined
      ? {}
      : { invokeBatch: createInvokeBatch(send, tensorBatches(method, context.payloads, options)) }),
    prepare: (signal) => channels.open(signal),
    rehearse: (signal) => rehearse(grpc, method, options, context, signal),
    facts() {
      const { channels: opened, mostOpenCalls } = channels.facts();
      return { client: 'gRPC, HTTP/2', connectionsOpened: opened, mostOpenCalls };
    },
    close() {
      channels.close();
      return Promise.resolve();
    },
  };
}

function channelsTo(
  grpc: Grpc,
  url: URL,
  { http }: TfServingOptions,
  { clock, timeoutMs }: BackendContext,
  channels: Connections,
): GrpcChannels {
  const { connect, bodyLimitBytes } = http;
  return createGrpcChannels({ grpc, url, connect, channels, answerBytes: bodyLimitBytes, clock, timeoutMs });
}

type Send = (request: Buffer, call: Call) => Promise<GrpcReply>;

/** Shows what is answered to anyone who wants to see it. */
function sender(
  channels: GrpcChannels,
  path: string,
  metadata: (seq: number) => GrpcMetadata,
  { onAnswer }: Pick<BackendContext, 'onAnswer'>,
): Send {
  return async (request, call) => {
    const reply = await channels.call(path, request, metadata(call.seq), call);
    if (reply.kind === 'answer')
      onAnswer?.({ status: 'OK', bodyBytes: reply.bytes.length, text: answerText(reply.bytes) });
    return reply;
  };
}

function createInvoke(send: Send, requests: readonly Buffer[]): (call: Call) => Promise<Outcome> {
  return async (call) => outcomeOf(await send(payloadAt(requests, call.payload), call));
}

function createInvokeBatch(send: Send, batches: TensorBatches): NonNullable<Backend['invokeBatch']> {
  const requests = batchCache(batches.request, ({ length }) => length);
  return async (call): Promise<BatchOutcome> => {
    const reply = await send(requests(call.payloads), call);
    const outcome = outcomeOf(reply);
    return reply.kind === 'answer' ? batches.split(outcome, call.payloads, reply.bytes) : outcome;
  };
}

/** Field 1 of a `PredictResponse`, the map of outputs, as it is on the wire: field number times eight plus wire type 2. */
const OUTPUTS_KEY = 0x0a;
const MODEL_SPEC_KEY = 0x12;

/** The answer is not decoded: that would cost the thread that keeps the schedule more than sending did. */
function outcomeOf(reply: GrpcReply): Outcome {
  const { doneMs, doneEarliestMs } = reply;
  const times = { doneMs, doneEarliestMs };
  if (reply.kind === 'failure') return { ok: false, failure: reply.failure, detail: reply.detail, ...times };
  const [key] = reply.bytes;
  if (key === OUTPUTS_KEY || key === MODEL_SPEC_KEY) return { ok: true, ...times };
  return {
    ok: false,
    failure: 'bad-answer',
    detail: `${counted(reply.bytes.length, 'byte')} that are no PredictResponse`,
    ...times,
  };
}

/** The very same code to a sink in this thread. Without one the run is only less exact at first. */
async function rehearse(
  grpc: Grpc,
  method: GrpcMethod,
  options: TfServingOptions,
  context: BackendContext,
  signal: AbortSignal,
): Promise<Backend | undefined> {
  const answer = method.encodeResponse({ model_spec: { name: options.model } });
  const sink = await openGrpcSink(grpc, method.path, answer).catch(() => undefined);
  if (sink === undefined) return undefined;
  const request = method.encodeRequest({ model_spec: { name: options.model } });
  const channels = channelsTo(grpc, sink.url, options, context, { initial: 2, max: 2 });
  const metadata = new grpc.Metadata();
  const invoke = createInvoke(
    sender(channels, method.path, () => metadata, {}),
    [request],
  );
  await channels.open(signal);
  return {
    invoke: rehearsedCalls(invoke),
    close() {
      channels.close();
      sink.close();
      return Promise.resolve();
    },
  };
}
