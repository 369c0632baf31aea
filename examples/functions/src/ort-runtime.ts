import * as ort from 'onnxruntime-node';
import type { LoadedModel, ModelRuntime, Tensor } from './model-runtime.js';

/** ONNX Runtime on the CPU; `threads` 0: one for each CPU. */
export function ortRuntime(threads: number): ModelRuntime {
  const options: ort.InferenceSession.SessionOptions = threads === 0 ? {} : { intraOpNumThreads: threads };
  return {
    async load(model): Promise<LoadedModel> {
      const session = await ort.InferenceSession.create(model, options);
      return {
        inputs: session.inputMetadata.map((input) => ({
          name: input.name,
          type: input.isTensor ? input.type : 'unknown',
        })),
        async run(feeds) {
          const tensors = Object.entries(feeds).map(([name, tensor]) => [name, ortTensor(tensor)] as const);
          const outputs = await session.run(Object.fromEntries(tensors));
          return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, plainTensor(name, value)]));
        },
      };
    },
  };
}

function ortTensor({ shape, data }: Tensor): ort.Tensor {
  if (data instanceof Float32Array) return new ort.Tensor('float32', data, shape);
  return data instanceof Int32Array ? new ort.Tensor('int32', data, shape) : new ort.Tensor('int64', data, shape);
}

function plainTensor(name: string, { dims, data }: ort.OnnxValue): Tensor {
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof BigInt64Array)
    return { shape: dims, data };
  throw new Error(`the output ${name} is of a type that has no form here`);
}
