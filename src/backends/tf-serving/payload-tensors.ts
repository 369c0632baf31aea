import { printable } from '../../errors.js';
import type { Payload, TensorDtype } from '../../trace.js';
import { exactNumber, parseExactJson } from '../tensors/exact-json.js';
import { isJson } from '../tensors/instances-json.js';
import { bufferOf } from '../tensors/json-body.js';
import { nestedNumbers } from '../tensors/nested-numbers.js';
import { looksLikeNpy, parseNpy } from '../tensors/parse-npy.js';
import { seededTensor } from '../tensors/seeded-tensor.js';
import { tensorOf, type Tensor } from '../tensors/tensor.js';
import type { TfServingOptions } from './tf-serving-options.js';

type Names = Pick<TfServingOptions, 'input' | 'dtypes'>;

/** The tensor of a payload that is one (`tensor`, .npy); undefined for others. */
export function wholeTensor(payload: Payload): Tensor | undefined {
  if (payload.kind === 'tensor') return seededTensor(payload.tensor);
  return looksLikeNpy(payload.bytes) ? parseNpy(payload.bytes) : undefined;
}

/** The name that a payload without names is for. Throws where the user gave none. */
export function inputName({ input }: Pick<TfServingOptions, 'input'>): string {
  if (input !== null) return input;
  throw new Error('it names no input; give one with --set input=NAME');
}

/** The inputs of a payload as tensors. Throws an Error that says what is wrong with it. */
export function payloadTensors(payload: Payload, names: Names): ReadonlyMap<string, Tensor> {
  const whole = wholeTensor(payload);
  if (whole !== undefined) return new Map([[inputName(names), whole]]);
  if (payload.kind === 'bytes' && isJson(payload.contentType))
    return fromJson(parseExactJson(bufferOf(payload.bytes).toString('utf8'), exactNumber), names);
  throw new Error('it has no form as tensors; give JSON, .npy or a tensor');
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fromJson(json: unknown, names: Names): ReadonlyMap<string, Tensor> {
  if (!isObject(json)) return named({ [inputName(names)]: json }, names);
  if (Object.hasOwn(json, 'signature_name')) throw new Error('give the signature with --set signature=NAME');
  const { inputs, instances } = json;
  if (inputs !== undefined) return named(isObject(inputs) ? inputs : { [inputName(names)]: inputs }, names);
  if (!Array.isArray(instances)) throw new Error('give {"inputs": {name: ...}} or {"instances": [...]}');
  return named(isObject(instances[0]) ? columnsOf(instances) : { [inputName(names)]: instances }, names);
}

/** A batch given row by row, column by column. */
function columnsOf(rows: readonly unknown[]): Readonly<Record<string, unknown>> {
  const names = isObject(rows[0]) ? Object.keys(rows[0]) : [];
  return Object.fromEntries(
    names.map((name) => [
      name,
      rows.map((row) => {
        if (isObject(row) && Object.hasOwn(row, name) && Object.keys(row).length === names.length) return row[name];
        throw new Error(`instances differ in their names (${printable(names.join(', '), 100)})`);
      }),
    ]),
  );
}

function named(columns: Readonly<Record<string, unknown>>, { dtypes }: Names): ReadonlyMap<string, Tensor> {
  return new Map(
    Object.entries(columns).map(([name, column]) => {
      const { shape, values } = nestedNumbers(column);
      const isBoolean = values.every((value) => typeof value === 'boolean');
      const dtype: TensorDtype = dtypes[name] ?? dtypes[''] ?? (isBoolean ? 'bool' : 'float32');
      return [name, tensorOf(dtype, shape, values)];
    }),
  );
}
