import type { InferenceSession } from 'onnxruntime-node';
import type { Feed } from './fill-inputs.js';
import { modelInputs, type ModelInput } from './model-input.js';
import { unshared, type TensorValues } from '../shared/tensor.js';

/** A model, loaded. A run blocks the thread it is in. */
export interface Session {
  readonly inputs: readonly ModelInput[];
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

/** Loads a model from its file. Throws `MissingRuntime`, or the run time's own error about the file. */
export async function openSession(modelPath: string, intraOpThreads: number): Promise<Session> {
  const runtime = await loadRuntime();
  const session = await runtime.InferenceSession.create(modelPath, {
    intraOpNumThreads: intraOpThreads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Fatal ones only: what fails is told by the error itself, and standard error is the user's.
    logSeverityLevel: 4,
  });
  const inputs = modelInputs(session.inputMetadata);
  const feeds = createFeeds(runtime, inputs);
  return {
    inputs,
    run: async (feed) => ({ outputs: outputsOf(await session.run(feeds(feed))) }),
  };
}

type Runtime = typeof import('onnxruntime-node');

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
