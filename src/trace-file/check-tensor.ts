import { TENSOR_DTYPES, type TensorDtype, type TensorPayload } from '../trace.js';
import type { Fault } from './fault.js';
import { FILE_BYTES } from './payload-file.js';
import { checkKey, isObject } from './trace-header.js';

const MOST_DIMENSIONS = 32;
const ELEMENT_BYTES: Readonly<Record<TensorDtype, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  uint8: 1,
  int8: 1,
  bool: 1,
};

/** The tensor of a payload entry. Throws the error of `fault`. */
export function checkTensor(tensor: unknown, fault: Fault): TensorPayload {
  if (!isObject(tensor)) throw fault('tensor: it is no object; give {"shape": [1, 3], "dtype": "float32", "seed": 1}');
  for (const key of Object.keys(tensor)) checkKey(key, ['shape', 'dtype', 'seed'], fault);
  const { shape, dtype, seed } = tensor as {
    readonly shape?: unknown;
    readonly dtype?: unknown;
    readonly seed?: unknown;
  };
  if (!isDtype(dtype)) throw fault(`tensor: dtype is not known; give one of ${TENSOR_DTYPES.join(', ')}`);
  if (!isShape(shape))
    throw fault(`tensor: shape must be at most ${String(MOST_DIMENSIONS)} whole numbers from 1 on; correct it`);
  if (!Number.isSafeInteger(seed) || Number(seed) < 0)
    throw fault('tensor: seed must be a whole number from 0 on; correct it');
  const bytes = shape.reduce((product, size) => product * size, ELEMENT_BYTES[dtype]);
  if (bytes > FILE_BYTES)
    throw fault(`tensor: it is larger than ${String(FILE_BYTES >> 20)} MiB; give a smaller shape`);
  return { shape, dtype, seed: Number(seed) };
}

function isDtype(dtype: unknown): dtype is TensorDtype {
  return TENSOR_DTYPES.some((known) => known === dtype);
}

function isShape(shape: unknown): shape is readonly number[] {
  return (
    Array.isArray(shape) &&
    shape.length <= MOST_DIMENSIONS &&
    shape.every((size) => Number.isSafeInteger(size) && Number(size) >= 1)
  );
}
