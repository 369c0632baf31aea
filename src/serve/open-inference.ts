import { counted } from '../text/counted.js';
import { nestedNumbers } from '../backends/tensors/nested-numbers.js';
import { tensorOf, type Tensor } from '../backends/tensors/tensor.js';
import { flatJson } from '../backends/tensors/tensor-json.js';
import { messageOf, printable } from '../errors.js';
import type { TensorDtype } from '../trace.js';
import type { NamedTensors } from './inference.js';
import { isJsonObject, textMember, type JsonObject } from './parse-json.js';
import { MODEL_VERSION, type ServedModel, type TensorInfo } from './served-model.js';
import { ServingError } from './serving-error.js';

/** The names of types in the Open Inference Protocol, version 2 (https://github.com/kserve/open-inference-protocol). */
const DATATYPES: Readonly<Record<TensorDtype, string>> = {
  float32: 'FP32',
  float64: 'FP64',
  int32: 'INT32',
  int64: 'INT64',
  uint8: 'UINT8',
  int8: 'INT8',
  bool: 'BOOL',
};

export interface InferQuestion {
  readonly id: string;
  readonly inputs: NamedTensors;
  /** Names of the outputs that are wanted. */
  readonly outputs: readonly string[];
}

/** Throws `ServingError`. */
export function readInfer(body: JsonObject, model: ServedModel): InferQuestion {
  const { inputs, outputs } = body;
  if (!Array.isArray(inputs)) throw invalid("give 'inputs', a list of tensors");
  return {
    id: textMember(body, 'id'),
    inputs: new Map(inputs.map((input: unknown) => inputTensor(input))),
    outputs: wantedOutputs(outputs, model),
  };
}

function inputTensor(input: unknown): [string, Tensor] {
  if (!isJsonObject(input)) throw invalid("an entry of 'inputs' is no object");
  const name = textMember(input, 'name');
  const datatype = textMember(input, 'datatype');
  const dtype = (Object.keys(DATATYPES) as TensorDtype[]).find((one) => DATATYPES[one] === datatype);
  const { shape, data } = input;
  if (dtype === undefined)
    throw invalid(`input ${printable(name, 60)}: datatype ${printable(datatype, 20)} cannot be taken`);
  if (!Array.isArray(shape) || shape.length > 32 || !shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw invalid(`input ${printable(name, 60)}: its shape is no list of sizes`);
  return [name, tensorFrom(name, dtype, shape as number[], data)];
}

/** The data are flat, or nested as the shape says. */
function tensorFrom(name: string, dtype: TensorDtype, shape: readonly number[], data: unknown): Tensor {
  try {
    const { values } = nestedNumbers(data);
    const count = shape.reduce((size, dimension) => size * dimension, 1);
    if (values.length !== count)
      throw new Error(`it has ${counted(values.length, 'value')} where its shape takes ${String(count)}`);
    return tensorOf(dtype, shape, values);
  } catch (thrown) {
    throw invalid(`input ${printable(name, 60)}: ${messageOf(thrown)}`);
  }
}

function wantedOutputs(outputs: unknown, model: ServedModel): readonly string[] {
  const all = model.outputs.map(({ name }) => name);
  if (outputs === undefined) return all;
  if (!Array.isArray(outputs)) throw invalid("'outputs' is no list");
  return outputs.map((output: unknown) => {
    const name = isJsonObject(output) ? textMember(output, 'name') : '';
    if (!all.includes(name)) throw invalid(`the model has no output ${printable(name, 60)}; it has ${all.join(', ')}`);
    return name;
  });
}

export function inferAnswer({ id, outputs: wanted }: InferQuestion, model: ServedModel, outputs: NamedTensors): string {
  const tensors = wanted.map((name) => {
    const tensor = outputs.get(name);
    if (tensor === undefined) throw new ServingError('INTERNAL', `the model gave no output ${name}`);
    const head = JSON.stringify({ name, datatype: DATATYPES[tensor.dtype], shape: tensor.shape });
    return `${head.slice(0, -1)},"data":${flatJson(tensor)}}`;
  });
  const head = { model_name: model.name, model_version: MODEL_VERSION, ...(id === '' ? {} : { id }) };
  return `${JSON.stringify(head).slice(0, -1)},"outputs":[${tensors.join(',')}]}`;
}

export function describeModel({ name, inputs, outputs }: ServedModel): object {
  const tensor = ({ name: tensorName, dtype, shape }: TensorInfo): object => ({
    name: tensorName,
    datatype: DATATYPES[dtype],
    shape: shape.map((size) => (typeof size === 'number' ? size : -1)),
  });
  return {
    name,
    versions: [MODEL_VERSION],
    platform: 'onnxruntime_onnx',
    inputs: inputs.map(tensor),
    outputs: outputs.map(tensor),
  };
}

function invalid(message: string): ServingError {
  return new ServingError('INVALID_ARGUMENT', message);
}
