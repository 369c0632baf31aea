import { messageOf, UserError } from '../errors.js';
import type { Payload } from '../trace.js';
import type { BackendPlugin, SetUp, SetUpResult } from './backend.js';
import { batchSizes } from './tensors/check-sizes.js';
import { checkSocketLimits } from './wire/check-socket-limits.js';
import { CALLS_PER_CHANNEL } from './grpc/grpc-channels.js';
import type { GrpcMethod } from './grpc/grpc-runtime.js';
import { serviceLocation } from './wire/connect-options.js';
import { readPemFiles } from './wire/read-pem-files.js';
import { refuseProxy } from './wire/refuse-proxy.js';
import { defaultPayload, describeDefault } from './tf-serving/default-payload.js';
import { openGrpcBackend } from './tf-serving/grpc-backend.js';
import { predictMethod, predictRequest } from './tf-serving/predict-request.js';
import { probeMachine } from './tf-serving/probe-machine.js';
import { readMetadata } from './tf-serving/read-metadata.js';
import { restBatches, restBody } from './tf-serving/rest-body.js';
import { openRestBackend } from './tf-serving/rest-backend.js';
import { tensorBatches } from './tf-serving/tensor-batches.js';
import {
  parseTfServingOptions,
  PUBLIC_OPTIONS,
  TF_SERVING_OPTIONS,
  type TfServingOptions,
} from './tf-serving/tf-serving-options.js';

/** A machine of the user's own that runs TensorFlow Serving, or anything that speaks its protocols (`replay serve`). */
const plugin: BackendPlugin<TfServingOptions> = {
  name: 'tf-serving',
  summary: 'TensorFlow Serving, or what speaks its REST or gRPC protocol',
  waits: 'on-the-world',
  // The gRPC library does not tell when it writes.
  knowsSent: ({ transport }) => transport === 'rest',
  publicOptions: PUBLIC_OPTIONS,
  options: TF_SERVING_OPTIONS,
  parseOptions: parseTfServingOptions,
  batches: cannotBatch,
  // A connection belongs to one thread.
  maxWorkers: ({ http, channels }) => http.connections ?? channels ?? Infinity,
  connectionLimit: ({ http, channels }) => http.connections ?? channels,
  packages: ['@grpc/grpc-js'],
  setUp,
  checks: {
    address: ({ http }) => Promise.resolve(serviceLocation(new URL(http.url), http.connect)),
    sizes: payloadSizes,
  },
  async create(options, context) {
    const open = options.transport === 'rest' ? openRestBackend : openGrpcBackend;
    const host = new URL(options.http.url).hostname;
    return { ...(await open(options, context)), probe: (signal) => probeMachine(host, signal) };
  },
};

export default plugin;

function cannotBatch({ transport, method, input }: TfServingOptions): true | string {
  if (transport === 'rest' && method === 'predict' && input !== null)
    return 'input= sends columns, and a batch is made of rows; leave it out';
  return true;
}

async function setUp(asked: TfServingOptions, how: SetUp): Promise<SetUpResult<TfServingOptions>> {
  const { payloads, mostInFlight, progress, env, batchSize } = how;
  if (asked.http.connect.unixSocket === null) refuseProxy('tf-serving', new URL(asked.http.url), env);
  const connect = await readPemFiles('tf-serving', asked.http.pemFiles, asked.http.connect);
  const options = { ...asked, http: { ...asked.http, connect } };
  for (const warning of checkSocketLimits(socketNeeds(options, mostInFlight))) progress(`warning: ${warning}`);
  const notes = connect.insecure ? ['The certificate of the service was not checked.'] : [];
  if (payloads.length > 0) {
    await encoded(options, payloads, batchSize);
    return { options, notes };
  }
  const inputs = await readMetadata(options, how);
  const used = { ...options, dtypes: Object.fromEntries(inputs.map(({ name, dtype }) => [name, dtype])) };
  const made = [defaultPayload(inputs, options)];
  await encoded(used, made, batchSize);
  const note = `The trace has no payload: one was made from the metadata that the server reports for ${options.model}, asked for once before the start: ${describeDefault(inputs, options.sequenceLength)}. The cost of a call depends on these sizes; a payload, or --set sequence-length=N, sets others.`;
  return { options: used, payloads: made, notes: [...notes, note] };
}

function socketNeeds({ transport, http, channels }: TfServingOptions, mostInFlight: number) {
  return transport === 'rest'
    ? { connections: http.connections, mostInFlight }
    : { connections: channels, mostInFlight: Math.ceil(mostInFlight / CALLS_PER_CHANNEL) };
}

async function payloadSizes(
  options: TfServingOptions,
  payloads: readonly Payload[],
  batchSize: number | undefined,
): Promise<readonly number[]> {
  const { sizes, batches } = await encoded(options, payloads, batchSize);
  return batches === undefined || batchSize === undefined ? sizes : batchSizes(batches, payloads, batchSize);
}

/** Encodes each once, so that one which has no form in this protocol, or none in a batch, is known before anything is sent. */
async function encoded(options: TfServingOptions, payloads: readonly Payload[], batchSize: number | undefined) {
  const method = options.transport === 'grpc' ? await predictMethod() : undefined;
  const sizes = singleSizes(options, payloads, method);
  if (batchSize === undefined) return { sizes, batches: undefined };
  const batches = method === undefined ? restBatches(payloads, options) : tensorBatches(method, payloads, options);
  return { sizes, batches };
}

function singleSizes(
  options: TfServingOptions,
  payloads: readonly Payload[],
  method: GrpcMethod | undefined,
): readonly number[] {
  return payloads.map((payload, i) => {
    try {
      return (method === undefined ? restBody(payload, options) : predictRequest(method, payload, options)).length;
    } catch (thrown) {
      throw new UserError(`backend tf-serving: payload ${String(i)}: ${messageOf(thrown)}`);
    }
  });
}
