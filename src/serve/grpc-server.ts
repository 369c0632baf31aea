import type { Server, ServerUnaryCall, UntypedServiceImplementation, sendUnaryData } from '@grpc/grpc-js';
import { MODEL_SERVICE, PREDICTION_SERVICE, SIGNATURE_DEF_MAP, TF_SERVING } from '../backends/grpc/grpc-tf-serving.js';
import {
  loadDescription,
  loadGrpc,
  type Grpc,
  type GrpcMessage,
  type GrpcMethod,
} from '../backends/grpc/grpc-runtime.js';
import { tensorFromProto, tensorValuesProto, type TensorProto } from '../backends/tensors/tensor-proto.js';
import type { SourceValues } from '../backends/tensors/tensor.js';
import { messageOf, printable } from '../errors.js';
import { refusedHost } from '../text/refused-host.js';
import { batchOf, classesOf, valuesOf, withContext, type Example } from './examples.js';
import type { Inference, NamedTensors, Place } from './inference.js';
import { signatureDefMap } from './model-metadata.js';
import { MOST_BODY_BYTES, type ConnectionLimits } from './rest-server.js';
import { checkModelSpec, MODEL_VERSION, SIGNATURE, type ServedModel } from './served-model.js';
import { ServingError, servingError } from './serving-error.js';

/** The gRPC interface of TensorFlow Serving. Not listening yet. Throws `UserError` when gRPC is not installed. */
export async function createGrpcServer(inference: Inference, limits: ConnectionLimits, host: string): Promise<Server> {
  const grpc = await loadGrpc();
  const description = await loadDescription(TF_SERVING);
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MOST_BODY_BYTES,
    'grpc.max_send_message_length': -1,
    // A connection without a call is asked to go, one that does not answer is cut off.
    'grpc.max_connection_idle_ms': limits.keepAliveMs,
    'grpc.keepalive_time_ms': limits.keepAliveMs,
    'grpc.keepalive_timeout_ms': limits.headersMs,
  });
  const map = description.message(SIGNATURE_DEF_MAP);
  addService(grpc, server, description.methods(PREDICTION_SERVICE), host, {
    Predict: inPlace(inference, predict),
    Classify: inPlace(inference, classify),
    Regress: inPlace(inference, regress),
    GetModelMetadata: (request) => Promise.resolve(metadata(request as MetadataRequest, inference.model, map)),
  });
  addService(grpc, server, description.methods(MODEL_SERVICE), host, {
    GetModelStatus: (request) => Promise.resolve(status(request as SpecRequest, inference.model)),
  });
  return server;
}

/** Answers one request; `onGone` hears of a caller that hangs up. */
type Handler = (request: object, onGone: (listener: () => void) => void) => Promise<object>;

function addService(
  grpc: Grpc,
  server: Server,
  methods: ReadonlyMap<string, GrpcMethod>,
  host: string,
  handlers: Readonly<Record<string, Handler>>,
): void {
  const definition = Object.fromEntries([...methods].map(([name, method]) => [name, definitionOf(method)]));
  const implementation: UntypedServiceImplementation = Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [name, unary(grpc, host, handler)]),
  );
  server.addService(definition, implementation);
}

function definitionOf({ path, encodeRequest, decodeRequest, encodeResponse, decodeResponse }: GrpcMethod) {
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: encodeRequest,
    requestDeserialize: decodeRequest,
    responseSerialize: encodeResponse,
    responseDeserialize: decodeResponse,
  };
}

function unary(grpc: Grpc, host: string, handler: Handler) {
  return (call: ServerUnaryCall<object, object>, callback: sendUnaryData<object>): void => {
    const answer = async (): Promise<void> => {
      try {
        const refusal = refusedHost(call.getHost(), host);
        if (refusal !== undefined) throw new ServingError('PERMISSION_DENIED', refusal);
        const onGone = (listener: () => void): void => void call.once('cancelled', listener);
        callback(null, await handler(call.request, onGone));
      } catch (thrown) {
        const { status: code, message } = servingError(thrown);
        callback({ code: grpc.status[code], details: message });
      }
    };
    void answer();
  };
}

function inPlace(
  inference: Inference,
  work: (model: ServedModel, request: never, place: Place) => Promise<object>,
): Handler {
  return async (request, onGone) => {
    const place = inference.enter();
    onGone(() => {
      place.leave();
    });
    try {
      return await work(inference.model, request as never, place);
    } finally {
      place.leave();
    }
  };
}

interface ModelSpecProto {
  readonly name: string;
  readonly version?: { readonly value: string } | null;
  readonly version_label?: string;
  readonly signature_name: string;
}

interface SpecRequest {
  readonly model_spec: ModelSpecProto | null;
}

function checkSpec(model: ServedModel, { model_spec: spec }: SpecRequest): void {
  checkModelSpec(model, {
    name: spec?.name ?? '',
    version: spec?.version?.value ?? '',
    label: spec?.version_label ?? '',
    signature: spec?.signature_name ?? '',
  });
}

function answeredSpec(model: ServedModel): object {
  return { name: model.name, version: { value: MODEL_VERSION }, signature_name: SIGNATURE };
}

interface PredictRequest extends SpecRequest {
  readonly inputs: Readonly<Record<string, TensorProto>>;
  readonly output_filter: readonly string[];
}

async function predict(model: ServedModel, request: PredictRequest, place: Place): Promise<object> {
  checkSpec(model, request);
  const inputs = new Map(Object.entries(request.inputs).map(([name, proto]) => [name, tensor(name, proto)]));
  const wanted = wantedOutputs(model, request.output_filter);
  const outputs = await place.run(inputs);
  const protos = [...outputs].flatMap(([name, value]) => (wanted(name) ? [[name, tensorValuesProto(value)]] : []));
  return { model_spec: answeredSpec(model), outputs: Object.fromEntries(protos) as object };
}

function tensor(name: string, proto: TensorProto): ReturnType<typeof tensorFromProto> {
  try {
    return tensorFromProto(proto);
  } catch (thrown) {
    throw new ServingError('INVALID_ARGUMENT', `input ${printable(name, 60)}: ${messageOf(thrown)}`);
  }
}

function wantedOutputs({ outputs }: ServedModel, filter: readonly string[]): (name: string) => boolean {
  const names = outputs.map(({ name }) => name);
  const unknown = filter.find((name) => !names.includes(name));
  if (unknown === undefined) return (name) => filter.length === 0 || filter.includes(name);
  throw new ServingError(
    'INVALID_ARGUMENT',
    `output tensor alias not found in signature: ${printable(unknown, 60)} Outputs expected to be in the set {${names.join(',')}}.`,
  );
}

interface FeatureProto {
  readonly kind?: 'bytes_list' | 'float_list' | 'int64_list';
  readonly float_list?: { readonly value: readonly number[] };
  readonly int64_list?: { readonly value: readonly string[] };
}

interface ExampleProto {
  readonly features: { readonly feature: Readonly<Record<string, FeatureProto>> } | null;
}

interface ExamplesRequest extends SpecRequest {
  readonly input: {
    readonly example_list?: { readonly examples: readonly ExampleProto[] };
    readonly example_list_with_context?: {
      readonly examples: readonly ExampleProto[];
      readonly context: ExampleProto | null;
    };
  } | null;
}

function examplesOf({ input }: ExamplesRequest): readonly Example[] {
  const { example_list: list, example_list_with_context: shared } = input ?? {};
  const context = exampleOf(shared?.context ?? null);
  return (list ?? shared)?.examples.map((example) => withContext(exampleOf(example), context)) ?? [];
}

function exampleOf(example: ExampleProto | null): Example {
  return new Map(
    Object.entries(example?.features?.feature ?? {}).map(([name, feature]) => [name, numbersOf(name, feature)]),
  );
}

function numbersOf(name: string, { kind, float_list: floats, int64_list: integers }: FeatureProto): SourceValues {
  if (kind === 'bytes_list')
    throw new ServingError('INVALID_ARGUMENT', `Feature: ${printable(name, 60)} is bytes; the model takes numbers`);
  return floats?.value ?? integers?.value.map(BigInt) ?? [];
}

async function run(model: ServedModel, request: ExamplesRequest, place: Place): Promise<[NamedTensors, number]> {
  checkSpec(model, request);
  const examples = examplesOf(request);
  return [await place.run(batchOf(examples, model)), examples.length];
}

async function classify(model: ServedModel, request: ExamplesRequest, place: Place): Promise<object> {
  const classifications = classesOf(...(await run(model, request, place))).map((scores) => ({
    classes: scores.map((score, i) => ({ label: String(i), score })),
  }));
  return { model_spec: answeredSpec(model), result: { classifications } };
}

async function regress(model: ServedModel, request: ExamplesRequest, place: Place): Promise<object> {
  const regressions = valuesOf(...(await run(model, request, place))).map((value) => ({ value }));
  return { model_spec: answeredSpec(model), result: { regressions } };
}

interface MetadataRequest extends SpecRequest {
  readonly metadata_field: readonly string[];
}

function metadata(request: MetadataRequest, model: ServedModel, map: GrpcMessage): object {
  checkSpec(model, request);
  const unknown = request.metadata_field.find((field) => field !== 'signature_def');
  if (unknown !== undefined || request.metadata_field.length === 0)
    throw new ServingError('INVALID_ARGUMENT', `Metadata field ${printable(unknown ?? '', 60)} is not supported`);
  const signatures = {
    type_url: 'type.googleapis.com/tensorflow.serving.SignatureDefMap',
    value: map.encode(signatureDefMap(model)),
  };
  return { model_spec: answeredSpec(model), metadata: { signature_def: signatures } };
}

function status(request: SpecRequest, model: ServedModel): object {
  checkSpec(model, request);
  const available = 30;
  return {
    model_version_status: [{ version: MODEL_VERSION, state: available, status: { error_code: 0, error_message: '' } }],
  };
}
