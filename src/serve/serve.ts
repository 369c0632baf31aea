import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { decodePayload } from '../backends/onnx/decode-payload.js';
import { defaultPayload } from '../backends/onnx/fill-inputs.js';
import { locateModel } from '../backends/onnx/locate-model.js';
import type { ModelOutput } from '../backends/onnx/model-input.js';
import { openThread } from '../backends/onnx/open-thread.js';
import { openSessionPool, type SessionPool } from '../backends/onnx/session-pool.js';
import type { Provider } from '../backends/onnx/session.js';
import { loadGrpc } from '../backends/grpc/grpc-runtime.js';
import { cacheFolder } from '../host/cache-folder.js';
import { isUserError, messageOf, printable, UserError } from '../errors.js';
import { TENSOR_DTYPES } from '../trace.js';
import { createGrpcServer } from './grpc-server.js';
import { createInference, type Inference } from './inference.js';
import { CONNECTION_LIMITS, createRestServer, type ConnectionLimits, type RestServer } from './rest-server.js';
import type { ServedModel, TensorInfo } from './served-model.js';

export interface ServeRequest {
  /** `mobilenet`, `albert` or the path of an .onnx file. */
  readonly model: string;
  /** What callers call it; absent: the model's own name. */
  readonly name: string | undefined;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly grpcPort: number;
  /** How many copies of the model run at once. */
  readonly sessions: number;
  /** How many requests may wait besides those that run. */
  readonly queue: number;
  readonly provider: Provider;
  /** What a connection may take; absent: as documented. */
  readonly limits?: ConnectionLimits;
}

/** The world as the server sees it. */
export interface ServeSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** What takes long before it is ready, and what the user should know. */
  readonly say: (text: string) => void;
}

export interface RunningServer {
  readonly name: string;
  /** `host:port` of each. */
  readonly rest: string;
  readonly grpc: string;
  /** Takes nothing new, finishes what it has begun or queued, then ends all. */
  stop(): Promise<void>;
}

/** A model behind the public interfaces of model servers. Throws `UserError`. */
export async function serve(request: ServeRequest, world: ServeSurroundings): Promise<RunningServer> {
  const { model, pool } = await inOwnName(() => openModel(request, world));
  try {
    return await listen(request, model, pool);
  } catch (thrown) {
    await pool.close();
    throw thrown;
  }
}

/** The sentences of the model's stage begin with the backend it also is. */
async function inOwnName<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!isUserError(thrown)) throw thrown;
    const message = thrown.message.replace('--set cache=FOLDER', 'XDG_CACHE_HOME=FOLDER');
    throw new UserError(message.replace(/^backend onnx: /, 'serve: '));
  }
}

const WARM_RUNS = 2;
const SEQUENCE_LENGTH = 32;
const LINGER_MS = 2000;

async function openModel(
  { model, name, sessions, provider }: ServeRequest,
  { env, signal, say }: ServeSurroundings,
): Promise<{ readonly model: ServedModel; readonly pool: SessionPool }> {
  const { path: modelPath, synthetic } = locateModel(model, cacheFolder(env), say);
  if (synthetic)
    say(`The weights of ${model} are synthetic: its answers mean nothing, its cost is that of the real one.`);
  const order = { modelPath, intraOpThreads: 1, provider };
  const first = await openThread({ ...order, feeds: [] }, signal);
  await first.close();
  const { inputs } = first;
  const served = {
    name: name ?? basename(model).replace(/\.onnx$/i, ''),
    inputs,
    outputs: first.outputs.map(servedOutput),
  };
  const plain = { kind: 'tensor', tensor: defaultPayload(inputs, SEQUENCE_LENGTH) } as const;
  const feeds = [decodePayload(plain, { inputs, sequenceLength: SEQUENCE_LENGTH })];
  const pool = await openSessionPool({ ...order, feeds }, sessions, signal);
  // A model that wants other sizes than these guesses fails here, and is none the worse for it.
  await pool.warm(WARM_RUNS, [...feeds.keys()]);
  return { model: served, pool };
}

function servedOutput({ name, type, shape }: ModelOutput): TensorInfo {
  const dtype = TENSOR_DTYPES.find((known) => known === type);
  if (dtype !== undefined) return { name, dtype, shape };
  throw new UserError(
    `serve: the model's output ${printable(name, 60)} is ${printable(type, 40)}; only ${TENSOR_DTYPES.join(', ')} can be served`,
  );
}

async function listen(
  { host, port, grpcPort, sessions, queue, limits = CONNECTION_LIMITS }: ServeRequest,
  model: ServedModel,
  pool: SessionPool,
): Promise<RunningServer> {
  const inference = createInference(model, pool, sessions + queue);
  const grpc = await createGrpcServer(inference, limits, host);
  const rest = createRestServer(inference, limits);
  try {
    rest.server.listen(port, host);
    await once(rest.server, 'listening');
    const grpcBound = await bindGrpc(grpc, host, grpcPort);
    let stopped: Promise<void> | undefined;
    return {
      name: model.name,
      rest: joined(host, (rest.server.address() as AddressInfo).port),
      grpc: joined(host, grpcBound),
      stop: () => (stopped ??= stop({ rest, grpc, inference, pool })),
    };
  } catch (thrown) {
    rest.server.close();
    grpc.forceShutdown();
    throw new UserError(
      `serve: cannot listen on ${printable(host, 60)} (${messageOf(thrown)}); give other ports or another --host`,
    );
  }
}

interface Parts {
  readonly rest: RestServer;
  readonly grpc: GrpcServer;
  readonly inference: Inference;
  readonly pool: SessionPool;
}

async function stop({ rest, grpc, inference, pool }: Parts): Promise<void> {
  rest.endConnections();
  const restClosed = once(rest.server, 'close');
  rest.server.close();
  const grpcClosed = new Promise((resolve) => {
    grpc.tryShutdown(resolve);
  });
  const dropping = setTimeout(() => {
    rest.dropUnfinished();
  }, LINGER_MS);
  await inference.drain();
  clearTimeout(dropping);
  // The last answers are on their way out; a caller that does not let go is cut off.
  const cutting = setTimeout(() => {
    rest.server.closeAllConnections();
    grpc.forceShutdown();
  }, LINGER_MS);
  await Promise.all([restClosed, grpcClosed]);
  clearTimeout(cutting);
  await pool.close();
}

async function bindGrpc(server: GrpcServer, host: string, port: number): Promise<number> {
  const { ServerCredentials } = await loadGrpc();
  return await new Promise((resolve, reject) => {
    server.bindAsync(joined(host, port), ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
}

type GrpcServer = Awaited<ReturnType<typeof createGrpcServer>>;

function joined(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}
