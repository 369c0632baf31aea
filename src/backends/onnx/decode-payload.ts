import { counted } from '../../text/counted.js';
import { messageOf, printable, UserError } from '../../errors.js';
import type { Payload } from '../../trace.js';
import { defaultShape, fillInputs, fillOf, type Feed } from './fill-inputs.js';
import { checkShape, describeInput, type ModelInput } from './model-input.js';
import { exactNumber, parseExactJson } from '../tensors/exact-json.js';
import { bufferOf } from '../tensors/json-body.js';
import { nestedNumbers } from '../tensors/nested-numbers.js';
import { looksLikeNpy, parseNpy } from '../tensors/parse-npy.js';
import { seededTensor } from '../tensors/seeded-tensor.js';
import { bytesPerElement, elementCount, tensorFromBytes, tensorOf, type Tensor } from '../tensors/tensor.js';

/** All payloads together, decoded. */
const TOTAL_BYTES = 2 * 2 ** 30;

export interface FeedShape {
  readonly inputs: readonly ModelInput[];
  readonly sequenceLength: number;
}

/** Decodes a payload table, one feed at a time. Throws `UserError` naming the entry that the model cannot be given. */
export function* decodePayloads(payloads: readonly Payload[], shape: FeedShape): Generator<Feed, void> {
  let bytes = 0;
  for (const [i, payload] of payloads.entries()) {
    const feed = decodeEntry(i, payload, shape);
    bytes += feed.reduce((sum, { values }) => sum + values.byteLength, 0);
    if (bytes > TOTAL_BYTES)
      throw new UserError(
        `backend onnx: payloads 0 to ${String(i)} take more than 2 GiB as tensors; give fewer or smaller ones`,
      );
    yield feed;
  }
}

function decodeEntry(i: number, payload: Payload, shape: FeedShape): Feed {
  try {
    return decodePayload(payload, shape);
  } catch (thrown) {
    throw new UserError(`backend onnx: payload ${String(i)}: ${messageOf(thrown)}`);
  }
}

/** What the model is given for a payload. Throws an Error that says what is wrong with it. */
export function decodePayload(payload: Payload, shape: FeedShape): Feed {
  return fillInputs(shape.inputs, tensorsOf(payload, shape), shape.sequenceLength);
}

/** The inputs that a payload leaves out, and what they are filled with. Throws as `decodePayload`. */
export function filledInputs(payload: Payload, shape: FeedShape): readonly string[] {
  const given = tensorsOf(payload, shape);
  const feed = fillInputs(shape.inputs, given, shape.sequenceLength);
  return shape.inputs.flatMap((input, i) =>
    given.has(input.name)
      ? []
      : [`${describeInput({ ...input, shape: feed[i]?.shape ?? [] })} with ${fillOf(input.name).description}`],
  );
}

function tensorsOf(payload: Payload, { inputs, sequenceLength }: FeedShape): ReadonlyMap<string, Tensor> {
  const [first] = inputs;
  if (first === undefined) throw new Error('the model has no inputs');
  return givenTensors(payload, inputs, first, sequenceLength);
}

function givenTensors(
  payload: Payload,
  inputs: readonly ModelInput[],
  first: ModelInput,
  sequenceLength: number,
): ReadonlyMap<string, Tensor> {
  if (payload.kind === 'tensor') {
    checkShape(first, payload.tensor.shape);
    return forInput(first, seededTensor(payload.tensor));
  }
  const { bytes } = payload;
  const type = payload.contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (looksLikeNpy(bytes)) return forInput(first, parseNpy(bytes));
  if (type === 'application/json')
    return fromJson(parseExactJson(bufferOf(bytes).toString('utf8'), exactNumber), inputs, first);
  if (type.startsWith('image/') || looksLikeImage(bytes)) {
    throw new Error(
      'images are not decoded here; scale it to what the model wants and save the array with numpy.save (.npy)',
    );
  }
  return forInput(first, rawTensor(bytes, first, sequenceLength, type));
}

/** In the input's own type, whatever it was given in. */
function forInput(input: ModelInput, tensor: Tensor): ReadonlyMap<string, Tensor> {
  checkShape(input, tensor.shape);
  const same = tensor.dtype === input.dtype;
  return new Map([[input.name, same ? tensor : tensorOf(input.dtype, tensor.shape, tensor.values)]]);
}

function rawTensor(bytes: Uint8Array, input: ModelInput, sequenceLength: number, type: string): Tensor {
  const shape = defaultShape(input, sequenceLength);
  const wanted = elementCount(shape) * bytesPerElement(input.dtype);
  if (bytes.length === wanted) return tensorFromBytes(input.dtype, shape, bytes);
  throw new Error(
    `${counted(bytes.length, 'byte')} of ${printable(type, 60)} are no ${describeInput(input)} ([${shape.join(', ')}] takes ${String(wanted)}); give JSON, .npy or exactly those bytes`,
  );
}

/** Nested arrays; or {"inputs": ...} with the whole batch; or {"instances": [...]} with one entry for each of the batch. */
function fromJson(json: unknown, inputs: readonly ModelInput[], first: ModelInput): ReadonlyMap<string, Tensor> {
  if (Array.isArray(json) || typeof json === 'number' || typeof json === 'bigint')
    return namedTensors({ [first.name]: json }, inputs);
  if (isObject(json) && 'inputs' in json)
    return namedTensors(isObject(json['inputs']) ? json['inputs'] : { [first.name]: json['inputs'] }, inputs);
  if (isObject(json) && Array.isArray(json['instances']))
    return namedTensors(stacked(json['instances'], first.name), inputs);
  throw new Error('give nested arrays of numbers, {"inputs": {name: ...}} or {"instances": [...]}');
}

/** A batch given row by row, column by column. */
function stacked(instances: readonly unknown[], firstName: string): Readonly<Record<string, unknown>> {
  const [example] = instances;
  if (!isObject(example)) return { [firstName]: instances };
  const names = Object.keys(example);
  return Object.fromEntries(
    names.map((name) => [
      name,
      instances.map((instance) => {
        if (isObject(instance) && Object.hasOwn(instance, name) && Object.keys(instance).length === names.length)
          return instance[name];
        throw new Error(`instances differ in their names (${printable(names.join(', '), 100)})`);
      }),
    ]),
  );
}

function namedTensors(
  named: Readonly<Record<string, unknown>>,
  inputs: readonly ModelInput[],
): ReadonlyMap<string, Tensor> {
  return new Map(
    Object.entries(named).map(([name, nested]) => {
      const input = inputs.find((candidate) => candidate.name === name);
      if (input === undefined)
        throw new Error(
          `the model has no input ${printable(name, 60)}; it has ${inputs.slice(0, 8).map(describeInput).join('; ')}`,
        );
      const { shape, values } = nestedNumbers(nested);
      checkShape(input, shape);
      return [name, tensorOf(input.dtype, shape, values)];
    }),
  );
}

function looksLikeImage(bytes: Uint8Array): boolean {
  const starts = (...magic: readonly number[]): boolean => magic.every((byte, i) => bytes[i] === byte);
  return starts(0xff, 0xd8, 0xff) || starts(0x89, 0x50, 0x4e, 0x47);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
