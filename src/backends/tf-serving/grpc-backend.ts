import type { Outcome } from '../../sample.js';
import type { Payload } from '../../trace.js';
import type { Backend, BackendContext, Call } from '../backend.js';
import { connectionShare, type Connections } from '../shared/connection-share.js';
import { createGrpcChannels, type GrpcChannels, type GrpcReply } from '../shared/grpc-channels.js';
import { grpcMetadata } from '../shared/grpc-metadata.js';
import { loadDescription, loadGrpc, type Grpc, type GrpcMetadata, type GrpcMethod } from '../shared/grpc-runtime.js';
import { openGrpcSink } from '../shared/grpc-sink.js';
import { PREDICTION_SERVICE, TF_SERVING } from '../shared/grpc-tf-serving.js';
import { rehearsedCalls } from '../shared/rehearsed-calls.js';
import { answerText } from '../shared/seen-answer.js';
import { tensorContentProto } from '../shared/tensor-proto.js';
import { payloadTensors } from './payload-tensors.js';
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
  const metadata = grpcMetadata(grpc, options.http.headers);
  return {
    invoke: createInvoke(channels, method.path, requests, (seq) => metadata(context.runId, seq), context),
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

export async function predictMethod(): Promise<GrpcMethod> {
  const method = (await loadDescription(TF_SERVING)).methods(PREDICTION_SERVICE).get('Predict');
  if (method === undefined) throw new Error('Predict is not described');
  return method;
}

/** A payload as an encoded `PredictRequest`. Throws an Error that says what is wrong with it. */
export function predictRequest(method: GrpcMethod, payload: Payload, options: TfServingOptions): Buffer {
  const { model, version, signature } = options;
  const tensors = [...payloadTensors(payload, options)].map(([name, tensor]) => [name, tensorContentProto(tensor)]);
  return method.encodeRequest({
    model_spec: {
      name: model,
      signature_name: signature ?? '',
      ...(version === null ? {} : { version: { value: version } }),
    },
    inputs: Object.fromEntries(tensors) as object,
  });
}

function channelsTo(
  grpc: Grpc,
  url: URL,
  { http }: TfServingOptions,
  { clock }: BackendContext,
  channels: Connections,
): GrpcChannels {
  return createGrpcChannels({ grpc, url, insecure: http.insecure, channels, answerBytes: http.bodyLimitBytes, clock });
}

function createInvoke(
  channels: GrpcChannels,
  path: string,
  requests: readonly Buffer[],
  metadata: (seq: number) => GrpcMetadata,
  { onAnswer }: Pick<BackendContext, 'onAnswer'>,
): (call: Call) => Promise<Outcome> {
  return async (call) => {
    const request = requests[call.payload];
    if (request === undefined) throw new Error(`payload ${String(call.payload)} is not in the table`);
    const reply = await channels.call(path, request, metadata(call.seq), call);
    if (reply.kind === 'answer')
      onAnswer?.({ status: 'OK', bodyBytes: reply.bytes.length, text: answerText(reply.bytes) });
    return outcomeOf(reply);
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
    detail: `${String(reply.bytes.length)} bytes that are no PredictResponse`,
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
  const invoke = createInvoke(channels, method.path, [request], () => metadata, {});
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
