import type { TensorDtype } from '../../trace.js';

/** A tensor as plain data, row-major. Booleans are bytes of 0 and 1. */
export interface Tensor {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

export type TensorValues = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;

/** Numbers as they come from outside, of any kind. */
export type SourceValues = ArrayLike<number | bigint | boolean>;

/** What one tensor may hold; a typed array cannot be asked for much more. */
const MOST_ELEMENTS = 1 << 28;

const ARRAYS: Readonly<Record<TensorDtype, ArrayOn>> = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
};

interface ArrayOn {
  new (buffer: SharedArrayBuffer): TensorValues;
  readonly BYTES_PER_ELEMENT: number;
}

export function isFloat(dtype: TensorDtype): boolean {
  return dtype === 'float32' || dtype === 'float64';
}

export function bytesPerElement(dtype: TensorDtype): number {
  return ARRAYS[dtype].BYTES_PER_ELEMENT;
}

/** How many elements a shape holds (1 for a scalar). Throws where that is none, or too many for one tensor. */
export function elementCount(shape: readonly number[]): number {
  const count = shape.reduce((size, dimension) => size * dimension, 1);
  if (count >= 1 && count <= MOST_ELEMENTS) return count;
  throw new Error(
    `a tensor of ${shape.join(' x ')} holds ${count < 1 ? 'nothing' : 'too much'}; give 1 to ${String(MOST_ELEMENTS)} elements`,
  );
}

/** Memory for a tensor, all zeros, on a SharedArrayBuffer, so that threads are handed it without a copy. */
export function newTensor(dtype: TensorDtype, shape: readonly number[]): Tensor {
  const count = elementCount(shape);
  return { dtype, shape, values: new ARRAYS[dtype](new SharedArrayBuffer(count * bytesPerElement(dtype))) };
}

/**
 * The numbers of `source` as a tensor. Throws where one would be altered: a fraction in an integer, a number out of the range
 * of the type, a bigint that a float does not hold exactly, a boolean that is to be a number. Other floats are rounded.
 */
export function tensorOf(dtype: TensorDtype, shape: readonly number[], source: SourceValues): Tensor {
  const tensor = newTensor(dtype, shape);
  const { values } = tensor;
  const convert = CONVERSIONS[dtype];
  for (let i = 0; i < source.length; i++) {
    const given = source[i] ?? 0;
    const value = convert(given);
    if (value === undefined) throw new Error(`element ${String(i)} (${String(given)}) is no ${dtype}`);
    values[i] = value;
  }
  return tensor;
}

/** The bytes of a tensor of this type and shape, little-endian. `bytes` must have the right length. */
export function tensorFromBytes(dtype: TensorDtype, shape: readonly number[], bytes: Uint8Array): Tensor {
  const tensor = newTensor(dtype, shape);
  const { buffer, byteOffset, byteLength } = tensor.values;
  new Uint8Array(buffer, byteOffset, byteLength).set(bytes);
  return tensor;
}

/** The same tensor in memory of this thread alone, which the run time insists on. */
export function unshared({ dtype, shape, values }: Tensor): Tensor {
  return { dtype, shape, values: values.slice() };
}

/** The value in the type; undefined where it would be another. */
type Conversion = (value: number | bigint | boolean) => number | bigint | undefined;

const CONVERSIONS: Readonly<Record<TensorDtype, Conversion>> = {
  float32: (value) => floatOf(value, Math.fround),
  float64: (value) => floatOf(value, (number) => number),
  int32: (value) => integerOf(value, -0x80000000, 0x7fffffff),
  int64: (value) => int64Of(value),
  uint8: (value) => integerOf(value, 0, 255),
  int8: (value) => integerOf(value, -128, 127),
  bool: (value) => integerOf(Number(value), 0, 1),
};

function floatOf(value: number | bigint | boolean, round: (number: number) => number): number | undefined {
  if (typeof value === 'boolean') return undefined;
  const rounded = round(Number(value));
  if (typeof value === 'bigint') return isWritten(rounded, value) ? rounded : undefined;
  return Number.isFinite(rounded) || !Number.isFinite(value) ? rounded : undefined;
}

/** The float itself, or its shortest digits filled up with zeros, which is how large floats are often written. */
function isWritten(float: number, integer: bigint): boolean {
  return Number.isFinite(float) && (BigInt(float) === integer || String(float) === String(integer));
}

function integerOf(value: number | bigint | boolean, least: number, most: number): number | undefined {
  const number = typeof value === 'boolean' ? NaN : Number(value);
  return Number.isInteger(number) && number >= least && number <= most ? number : undefined;
}

function int64Of(value: number | bigint | boolean): bigint | undefined {
  if (typeof value !== 'bigint') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
