import { printable } from '../../errors.js';
import { TENSOR_DTYPES, type TensorDtype } from '../../trace.js';

/** One input as the model declares it. */
export interface ModelInput {
  readonly name: string;
  readonly dtype: TensorDtype;
  /** A number is fixed; a string names a dimension that is free ('' when it has no name). Empty: a scalar, or any shape. */
  readonly shape: readonly (number | string)[];
}

/** One output; its type is the run time's word (`float32`, `string`, or what is no tensor). */
export interface ModelOutput {
  readonly name: string;
  readonly type: string;
  readonly shape: ModelInput['shape'];
}

/** What the run time reports of an input. */
export interface InputMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

const MOST_INPUTS = 256;

/** Throws where a model takes what we cannot make (no input, sequences, strings, half floats). */
export function modelInputs(metadata: readonly InputMetadata[]): readonly ModelInput[] {
  if (metadata.length === 0 || metadata.length > MOST_INPUTS) {
    throw new Error(
      `it has ${String(metadata.length)} inputs; only models with 1 to ${String(MOST_INPUTS)} can be driven`,
    );
  }
  return metadata.map(({ name, isTensor, type, shape }) => {
    const dtype = TENSOR_DTYPES.find((known) => known === type);
    if (isTensor && dtype !== undefined) return { name, dtype, shape: (shape ?? []).map(dimension) };
    throw new Error(
      `its input ${printable(name, 60)} is ${printable(isTensor ? String(type) : 'no tensor', 40)}; only ${TENSOR_DTYPES.join(', ')} can be driven`,
    );
  });
}

/** Any output can be; who serves it decides what to make of its type. */
export function modelOutputs(metadata: readonly InputMetadata[]): readonly ModelOutput[] {
  return metadata.map(({ name, isTensor, type, shape }) => ({
    name,
    type: isTensor ? (type ?? 'unknown') : 'no tensor',
    shape: (shape ?? []).map(dimension),
  }));
}

function dimension(size: number | string): number | string {
  return typeof size === 'string' || size > 0 ? size : '';
}

/** `input_ids int64 [N, S]`, for people. */
export function describeInput({ name, dtype, shape }: ModelInput): string {
  return printable(`${name} ${dtype} [${shape.map((size) => (size === '' ? '?' : String(size))).join(', ')}]`, 120);
}

/** Throws unless a tensor of this shape can be given to the input. */
export function checkShape(input: ModelInput, shape: readonly number[]): void {
  if (input.shape.length === 0) return;
  const same =
    shape.length === input.shape.length &&
    input.shape.every((size, axis) => typeof size === 'string' || size === shape[axis]);
  if (!same)
    throw new Error(`its shape is [${shape.slice(0, 32).join(', ')}], but the model wants ${describeInput(input)}`);
}
