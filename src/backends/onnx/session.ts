import type { InferenceSession } from 'onnxruntime-node';
import type { Feed } from './fill-inputs.js';
import { modelInputs, modelOutputs, type ModelInput, type ModelOutput } from './model-input.js';
import { unshared, type TensorValues } from '../tensors/tensor.js';

/** Where a model runs. */
export type Provider = 'cpu' | 'cuda';

/** A model, loaded. A run blocks the thread it is in. */
export interface Session {
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly ModelOutput[];
  /** Rejects with the run time's error. The values of each output lie in memory of their own. */
  run(feed: Feed): Promise<SessionRun>;
}

export interface SessionRun {
  readonly outputs: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly values: ArrayLike<unknown> }>
  >;
}

/** The package that runs models is not installed. */
export class MissingRuntime extends Error {}

/** The run time is installed, but cannot use the device asked for. */
export class MissingProvider extends Error {}

/** Loads a model from its file. Throws `MissingRuntime`, `MissingProvider`, or the run time's own error about the file. */
export async function openSession(
  modelPath: string,
  intraOpThreads: number,
  provider: Provider = 'cpu',
): Promise<Session> {
  const runtime = await loadRuntime();
  const session = await createSession(runtime, modelPath, provider, {
    intraOpNumThreads: intraOpThreads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Fatal ones only: what fails is reported by the error itself, and standard error is the user's.
    logSeverityLevel: 4,
  });
  const inputs = modelInputs(session.inputMetadata);
  const feeds = createFeeds(runtime, inputs);
  return {
    inputs,
    outputs: modelOutputs(session.outputMetadata),
    run: async (feed) => ({ outputs: outputsOf(await session.run(feeds(feed))) }),
  };
}

type Runtime = typeof import('onnxruntime-node');

async function createSession(
  runtime: Runtime,
  modelPath: string,
  provider: Provider,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  if (provider === 'cpu') return await runtime.InferenceSession.create(modelPath, options);
  // Else the run time prints its own account of a library that is not there.
  runtime.env.logLevel = 'fatal';
  try {
    return await runtime.InferenceSession.create(modelPath, { ...options, executionProviders: [provider] });
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    throw /ExecutionProvider|provider|cuda/i.test(text) ? new MissingProvider(text) : thrown;
  }
}

async function loadRuntime(): Promise<Runtime> {
  try {
    return await import('onnxruntime-node');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_MODULE_NOT_FOUND')
      throw new MissingRuntime(thrown.message);
    throw thrown;
  }
}

/** The run time refuses shared memory, so a feed is copied; but not again when the same one follows. */
function createFeeds({ Tensor }: Runtime, inputs: readonly ModelInput[]): (feed: Feed) => InferenceSession.FeedsType {
  let lastFeed: Feed | undefined;
  let lastTensors: InferenceSession.FeedsType = {};
  return (feed) => {
    if (feed === lastFeed) return lastTensors;
    lastFeed = feed;
    lastTensors = Object.fromEntries(
      inputs.map(({ name, dtype }, i) => {
        const { shape, values } = unshared(feed[i] ?? missing(name));
        return [name, new Tensor(dtype, values as Exclude<TensorValues, Int8Array>, shape)];
      }),
    );
    return lastTensors;
  };
}

function missing(name: string): never {
  throw new Error(`the feed has no tensor for input ${name}`);
}

function outputsOf(results: InferenceSession.ReturnType): SessionRun['outputs'] {
  return Object.fromEntries(
    Object.entries(results).map(([name, { dims, data }]) => [name, { shape: dims, values: data }]),
  );
}
