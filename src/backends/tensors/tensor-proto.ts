import { counted } from '../../text/counted.js';
import type { TensorDtype } from '../../trace.js';
import { bytesPerElement, elementCount, tensorFromBytes, tensorOf, type SourceValues, type Tensor } from './tensor.js';

/** `tensorflow.TensorProto` as it is read: what is absent has its default. */
export interface TensorProto {
  /** A number of `tensorflow.DataType`. */
  readonly dtype: number;
  readonly tensor_shape: TensorShapeProto | null;
  readonly tensor_content: Uint8Array;
  readonly float_val: readonly number[];
  readonly double_val: readonly number[];
  readonly int_val: readonly number[];
  /** Decimal. */
  readonly int64_val: readonly string[];
  readonly bool_val: readonly boolean[];
}

export interface TensorShapeProto {
  /** Sizes are decimal 64-bit integers. */
  readonly dim: readonly { readonly size: string | number; readonly name?: string }[];
  readonly unknown_rank: boolean;
}

type ValueField = 'float_val' | 'double_val' | 'int_val' | 'int64_val' | 'bool_val';

/** Each type's name and number in `tensorflow.DataType`, and the field its values go in. */
const TYPES: Readonly<
  Record<TensorDtype, { readonly name: string; readonly number: number; readonly field: ValueField }>
> = {
  float32: { name: 'DT_FLOAT', number: 1, field: 'float_val' },
  float64: { name: 'DT_DOUBLE', number: 2, field: 'double_val' },
  int32: { name: 'DT_INT32', number: 3, field: 'int_val' },
  uint8: { name: 'DT_UINT8', number: 4, field: 'int_val' },
  int8: { name: 'DT_INT8', number: 6, field: 'int_val' },
  int64: { name: 'DT_INT64', number: 9, field: 'int64_val' },
  bool: { name: 'DT_BOOL', number: 10, field: 'bool_val' },
};
const DTYPES = Object.keys(TYPES) as readonly TensorDtype[];

/** `DT_FLOAT` and its kin. */
export function dataTypeName(dtype: TensorDtype): string {
  return TYPES[dtype].name;
}

export function dataTypeNumber(dtype: TensorDtype): number {
  return TYPES[dtype].number;
}

/** By its name or number in `tensorflow.DataType`; undefined where a tensor here cannot have it. */
export function dtypeOf(dataType: string | number): TensorDtype | undefined {
  return DTYPES.find((dtype) => TYPES[dtype].name === dataType || TYPES[dtype].number === dataType);
}

/** With the values as bytes: for a reader that copies them. */
export function tensorContentProto({ dtype, shape, values }: Tensor): object {
  const { buffer, byteOffset, byteLength } = values;
  return { ...typeAndShape(dtype, shape), tensor_content: Buffer.from(buffer, byteOffset, byteLength) };
}

/** With the values in the field of their type, as TensorFlow Serving answers. */
export function tensorValuesProto({ dtype, shape, values }: Tensor): object {
  const read: (value: number | bigint) => unknown = dtype === 'int64' ? String : dtype === 'bool' ? Boolean : Number;
  return { ...typeAndShape(dtype, shape), [TYPES[dtype].field]: Array.from<number | bigint, unknown>(values, read) };
}

function typeAndShape(dtype: TensorDtype, shape: readonly number[]): object {
  return { dtype: TYPES[dtype].number, tensor_shape: { dim: shape.map((size) => ({ size })) } };
}

/**
 * The tensor that a message from outside describes. Fewer values than elements: the last one stands for the rest, none at
 * all is zeros, as TensorFlow reads it. Throws where type, shape and values do not agree.
 */
export function tensorFromProto(proto: TensorProto): Tensor {
  const dtype = dtypeOf(proto.dtype);
  if (dtype === undefined) throw new Error(`data type ${String(proto.dtype)} cannot be taken`);
  const shape = shapeOf(proto);
  const count = elementCount(shape);
  const content = proto.tensor_content;
  if (content.length > 0) {
    const wanted = count * bytesPerElement(dtype);
    if (content.length !== wanted)
      throw new Error(`tensor_content has ${counted(content.length, 'byte')} where its shape takes ${String(wanted)}`);
    return tensorFromBytes(dtype, shape, content);
  }
  return completed(proto, dtype, shape, count);
}

const MOST_DIMENSIONS = 32;
/** A few bytes must not ask for a gigabyte. */
const MOST_ABBREVIATED_BYTES = 64 * 1024 * 1024;

function shapeOf({ tensor_shape: shape }: TensorProto): number[] {
  if (shape?.unknown_rank === true) throw new Error('a tensor of unknown rank holds no values');
  const sizes = (shape?.dim ?? []).map(({ size }) => Number(size));
  if (sizes.length > MOST_DIMENSIONS || !sizes.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw new Error('its shape is no list of sizes');
  return sizes;
}

function completed(proto: TensorProto, dtype: TensorDtype, shape: readonly number[], count: number): Tensor {
  const field = TYPES[dtype].field;
  const given: SourceValues = field === 'int64_val' ? proto.int64_val.map(BigInt) : proto[field];
  if (given.length > count)
    throw new Error(`${field} has ${counted(given.length, 'value')} where its shape takes ${String(count)}`);
  if (given.length < count && count * bytesPerElement(dtype) > MOST_ABBREVIATED_BYTES)
    throw new Error(`its shape takes ${counted(count, 'value')}, too many to leave out; give them all`);
  const tensor = tensorOf(dtype, shape, given);
  const { values } = tensor;
  // The rest are zeros already.
  const last = given.length === 0 ? undefined : values[given.length - 1];
  if (typeof last === 'bigint') (values as BigInt64Array).fill(last, given.length);
  else if (last !== undefined) (values as Float64Array).fill(last, given.length);
  return tensor;
}
