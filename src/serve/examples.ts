import { counted } from '../text/counted.js';
import { elementCount, tensorOf, type SourceValues, type Tensor } from '../backends/tensors/tensor.js';
import { messageOf, printable } from '../errors.js';
import type { NamedTensors } from './inference.js';
import { isJsonObject, type JsonObject } from './parse-json.js';
import type { ServedModel, TensorInfo } from './served-model.js';
import { ServingError } from './serving-error.js';

/** One example of a `Classify` or `Regress`: flat lists of numbers by the name of a feature. */
export type Example = ReadonlyMap<string, SourceValues>;

/** Reads `{"examples": [...], "context": {...}}`. Throws `ServingError`. */
export function readExamples(body: JsonObject): readonly Example[] {
  const { examples, context } = body;
  if (!Array.isArray(examples)) throw invalid("Expecting 'examples' value to be an list/array");
  const shared = context === undefined ? new Map<string, SourceValues>() : exampleFromJson(context);
  return examples.map((example: unknown) => withContext(exampleFromJson(example), shared));
}

function exampleFromJson(json: unknown): Example {
  if (!isJsonObject(json)) throw invalid('Example must be JSON object');
  return new Map(
    Object.entries(json).map(([name, value]) => [name, numbers(name, Array.isArray(value) ? value : [value])]),
  );
}

function numbers(name: string, values: readonly unknown[]): SourceValues {
  const strange = values.find((value) => typeof value !== 'number' && typeof value !== 'boolean');
  if (strange === undefined) return values as readonly (number | boolean)[];
  throw invalid(`Feature: ${printable(name, 60)} has element with unexpected JSON type`);
}

/** What all examples share; a feature is in one of the two. */
export function withContext(example: Example, context: Example): Example {
  return context.size === 0 ? example : new Map([...context, ...example]);
}

/** The examples as a batch: a feature fills one row of the input of its name. Throws `ServingError`. */
export function batchOf(examples: readonly Example[], { inputs }: ServedModel): NamedTensors {
  if (examples.length === 0) throw invalid("'examples' value is an empty array");
  return new Map(inputs.map((input) => [input.name, featureColumn(examples, input)]));
}

function featureColumn(examples: readonly Example[], input: TensorInfo): Tensor {
  const rows = examples.map((example, i) => {
    const row = example.get(input.name);
    if (row !== undefined) return row;
    throw invalid(
      `Feature: ${printable(input.name, 60)} (data type: ${input.dtype}) is required but could not be found in example ${String(i)}.`,
    );
  });
  const [{ length } = []] = rows;
  if (rows.some((row) => row.length !== length))
    throw invalid(`Feature: ${printable(input.name, 60)} differs in length from example to example`);
  try {
    return tensorOf(
      input.dtype,
      [rows.length, ...rowShape(input, length)],
      rows.flatMap((row) => Array.from(row)),
    );
  } catch (thrown) {
    throw invalid(`Feature: ${printable(input.name, 60)}: ${messageOf(thrown)}`);
  }
}

/** The shape of one row that holds a given count of numbers: at most one free dimension can be worked out. */
function rowShape({ shape: [, ...inner] }: TensorInfo, length: number): number[] {
  const free = inner.filter((size) => typeof size === 'string').length;
  const known = elementCount(inner.filter((size) => typeof size === 'number'));
  if (free > 1)
    throw new Error('the model leaves more than one dimension open, so a flat list has no shape; use predict');
  if (free === 0 ? length !== known : length % known !== 0 || length === 0)
    throw new Error(`${counted(length, 'value')} do not fill a row of [${inner.join(', ')}]`);
  return inner.map((size) => (typeof size === 'number' ? size : length / known));
}

/** The scores of each example: the rows of the first output. A class has no name but its index. Throws `ServingError`. */
export function classesOf(outputs: NamedTensors, examples: number): readonly (readonly number[])[] {
  const { shape, values } = firstOutput(outputs);
  if (shape[0] !== examples || shape.length > 2)
    throw invalid(`Expected output Tensor shape to be [batch_size num_classes] but got [${shape.join(',')}]`);
  const width = values.length / examples;
  return Array.from({ length: examples }, (_, i) => Array.from(values.slice(i * width, (i + 1) * width), Number));
}

/** One number for each example: the first output. Throws `ServingError`. */
export function valuesOf(outputs: NamedTensors, examples: number): readonly number[] {
  const { shape, values } = firstOutput(outputs);
  if (shape[0] !== examples || values.length !== examples)
    throw invalid(
      `Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got [${shape.join(',')}]`,
    );
  return Array.from(values, Number);
}

function firstOutput(outputs: NamedTensors): Tensor {
  for (const tensor of outputs.values()) return tensor;
  throw new ServingError('INTERNAL', 'the model gave no output');
}

function invalid(message: string): ServingError {
  return new ServingError('INVALID_ARGUMENT', message);
}
