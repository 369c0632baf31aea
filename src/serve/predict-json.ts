import { nestedNumbers } from '../backends/tensors/nested-numbers.js';
import { tensorOf, type Tensor } from '../backends/tensors/tensor.js';
import { tensorJson } from '../backends/tensors/tensor-json.js';
import { messageOf, printable } from '../errors.js';
import type { NamedTensors } from './inference.js';
import { isJsonObject, preview, textMember, type JsonObject } from './parse-json.js';
import type { ServedModel, TensorInfo } from './served-model.js';
import { ServingError } from './serving-error.js';

/** What the body of a `:predict` asks for. The answer has the form of the question. */
export interface PredictQuestion {
  readonly signature: string;
  readonly form: 'rows' | 'columns';
  readonly inputs: NamedTensors;
}

/** Reads `{"instances": [...]}` (row by row) or `{"inputs": ...}` (column by column). Throws `ServingError`. */
export function readPredict(body: JsonObject, model: ServedModel): PredictQuestion {
  const signature = textMember(body, 'signature_name');
  const rows = Object.hasOwn(body, 'instances');
  const columns = Object.hasOwn(body, 'inputs');
  if (rows && columns) throw invalid("expecting only one of 'inputs' or 'instances' keys to exist");
  if (rows) return { signature, form: 'rows', inputs: fromRows(body['instances'], model) };
  if (columns) return { signature, form: 'columns', inputs: fromColumns(body['inputs'], model) };
  throw invalid("Missing 'inputs' or 'instances' key");
}

function fromRows(instances: unknown, { inputs }: ServedModel): NamedTensors {
  if (!Array.isArray(instances)) throw invalid("Expecting 'instances' to be an list/array");
  if (instances.length === 0) throw invalid("No values in 'instances' array");
  const rows = instances as readonly unknown[];
  if (isJsonObject(rows[0])) return new Map(inputs.map((input) => [input.name, namedColumn(rows, input, inputs)]));
  return new Map([[onlyInput(inputs, 'instances is a plain list').name, tensorFrom(rows, onlyInput(inputs, ''))]]);
}

/** One named input over all rows. Each row must have exactly the names of the model. */
function namedColumn(rows: readonly unknown[], input: TensorInfo, inputs: readonly TensorInfo[]): Tensor {
  const column = rows.map((row, i) => {
    const complete =
      isJsonObject(row) &&
      Object.keys(row).length === inputs.length &&
      inputs.every(({ name }) => Object.hasOwn(row, name));
    if (complete) return row[input.name];
    const names = inputs.map(({ name }) => name).join(',');
    throw invalid(
      `Failed to process element: ${String(i)} of 'instances' list. JSON object must only have keys: ${names}`,
    );
  });
  return tensorFrom(column, input);
}

function fromColumns(given: unknown, { inputs }: ServedModel): NamedTensors {
  if (!isJsonObject(given)) {
    const only = onlyInput(inputs, 'inputs is a plain value/list');
    return new Map([[only.name, tensorFrom(given, only)]]);
  }
  return new Map(
    inputs.map((input) => {
      if (!Object.hasOwn(given, input.name)) throw invalid(`Missing named input: ${input.name} in 'inputs' object.`);
      return [input.name, tensorFrom(given[input.name], input)];
    }),
  );
}

function onlyInput(inputs: readonly TensorInfo[], what: string): TensorInfo {
  const [only, ...others] = inputs;
  if (only !== undefined && others.length === 0) return only;
  throw invalid(`${what}, but expecting an object (a list of objects) as multiple input tensors required`);
}

function tensorFrom(json: unknown, { name, dtype }: TensorInfo): Tensor {
  if (isJsonObject(json)) throw invalid(`JSON Value: ${preview(json)} is not of expected type: ${dtype}`);
  try {
    const { shape, values } = nestedNumbers(json);
    return tensorOf(dtype, shape, values);
  } catch (thrown) {
    throw invalid(`input ${printable(name, 60)}: ${messageOf(thrown)}`);
  }
}

/** `{"predictions": [...]}` for rows, `{"outputs": ...}` for columns; the name of a single output is left out. */
export function predictAnswer(form: PredictQuestion['form'], outputs: NamedTensors): string {
  const all = [...outputs];
  const named = (write: (tensor: Tensor) => string): string =>
    all.length === 1
      ? all.map(([, tensor]) => write(tensor)).join('')
      : `{${all.map(([name, tensor]) => `${JSON.stringify(name)}:${write(tensor)}`).join(',')}}`;
  if (form === 'columns') return `{"outputs":${named((tensor) => tensorJson(tensor))}}`;
  const rows = Array.from({ length: commonBatch(all) }, (_, row) => named((tensor) => tensorJson(tensor, 1, row)));
  return `{"predictions":[${rows.join(',')}]}`;
}

function commonBatch(all: readonly (readonly [string, Tensor])[]): number {
  const [first] = all;
  const batch = first?.[1].shape[0];
  for (const [name, { shape }] of all) {
    if (shape.length === 0) throw invalid(`Tensor name: ${name} has no shape information`);
    if (shape[0] !== batch)
      throw invalid(
        `Tensor name: ${name} has inconsistent batch size: ${String(shape[0])} expecting: ${String(batch)}`,
      );
  }
  return batch ?? 0;
}

function invalid(message: string): ServingError {
  return new ServingError('INVALID_ARGUMENT', message);
}
