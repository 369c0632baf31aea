import { printable } from '../../errors.js';
import type { Payload, TensorDtype } from '../../trace.js';
import { JSON_TYPE } from '../tensors/instances-json.js';
import { seededTensor } from '../tensors/seeded-tensor.js';
import { tensorJson } from '../tensors/tensor-json.js';
import { newTensor, tensorOf, type Tensor } from '../tensors/tensor.js';
import { examplesOf } from './rest-body.js';
import type { SignatureInput } from './signature-inputs.js';
import type { Method, TfServingOptions } from './tf-serving-options.js';

const IMAGE_SIDE = 224;
const CHANNELS = 3;

/** The payload when the trace has none: seeded values for the first input, plain ones for the others, a batch of one. */
export function defaultPayload(
  inputs: readonly SignatureInput[],
  { method, sequenceLength }: Pick<TfServingOptions, 'method' | 'sequenceLength'>,
): Payload {
  const tensors = inputs.map((input, i): readonly [string, Tensor] => {
    const shape = filledShape(input, sequenceLength);
    return [input.name, i === 0 ? seededTensor({ dtype: input.dtype, shape, seed: 1 }) : plainTensor(input, shape)];
  });
  return { kind: 'bytes', contentType: JSON_TYPE, bytes: Buffer.from(bodyText(method, tensors), 'utf8') };
}

/** Each input as it was made, beside what the model leaves open: `ids int64 [1, 32] for [?, ?]`. */
export function describeDefault(inputs: readonly SignatureInput[], sequenceLength: number): string {
  const parts = inputs.map((input, i) => {
    const sizes = input.shape.map((size) => (size === -1 ? '?' : String(size)));
    const values = i === 0 ? 'random values' : isMask(input.name) ? 'ones' : 'zeros';
    return `${input.name} ${input.dtype} [${filledShape(input, sequenceLength).join(', ')}] of ${values} for [${sizes.join(', ')}]`;
  });
  return printable(parts.join(', '), 1000);
}

function filledShape({ shape }: SignatureInput, sequenceLength: number): number[] {
  return shape.map((size, axis) => (size === -1 ? freeSize(shape, axis, sequenceLength) : size));
}

function isMask(name: string): boolean {
  return name.toLowerCase().includes('mask');
}

/** By the customs of exported models: the first axis is the batch, four are an image. */
function freeSize(shape: readonly number[], axis: number, sequenceLength: number): number {
  if (axis === 0) return 1;
  if (shape.length !== 4) return sequenceLength;
  // TensorFlow's images end with their channels; where the second axis is fixed, it is the channels.
  return axis === 3 && shape[1] === -1 ? CHANNELS : IMAGE_SIDE;
}

function plainTensor(
  { name, dtype }: { readonly name: string; readonly dtype: TensorDtype },
  shape: readonly number[],
): Tensor {
  const { length } = newTensor(dtype, shape).values;
  return tensorOf(
    dtype,
    shape,
    Array.from({ length }, () => (isMask(name) ? 1 : 0)),
  );
}

function bodyText(method: Method, tensors: readonly (readonly [string, Tensor])[]): string {
  const [first] = tensors;
  const columns = tensors.map(([name, tensor]) => `${JSON.stringify(name)}:${tensorJson(tensor)}`).join(',');
  if (method === 'predict' || first === undefined) return `{"inputs":{${columns}}}`;
  if (tensors.length === 1) return examplesOf(first[1], first[0]);
  const features = tensors.map(([name, tensor]) =>
    examplesOf(tensor, name).slice('{"examples":[{'.length, -'}]}'.length),
  );
  return `{"examples":[{${features.join(',')}}]}`;
}
