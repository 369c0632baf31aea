import { counted } from '../../text/counted.js';
import { printable } from '../../errors.js';
import type { TensorDtype } from '../../trace.js';
import { bytesPerElement, elementCount, tensorFromBytes, type Tensor } from './tensor.js';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const MOST_HEADER_BYTES = 1 << 16;
const MOST_DIMENSIONS = 32;

const DTYPES: Readonly<Record<string, TensorDtype>> = {
  '<f4': 'float32',
  '<f8': 'float64',
  '<i4': 'int32',
  '<i8': 'int64',
  '|u1': 'uint8',
  '|i1': 'int8',
  '|b1': 'bool',
};

export function looksLikeNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads an array as `numpy.save` writes it (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html,
 * versions 1 to 3). Throws with what to do about anything but little-endian C order of a type a tensor can have.
 */
export function parseNpy(bytes: Uint8Array): Tensor {
  const { header, dataAt } = splitHeader(bytes);
  const dtype = DTYPES[quoted(header, 'descr')];
  if (dtype === undefined) {
    throw new Error(
      `its type is ${printable(quoted(header, 'descr'), 40)}; save it as one of ${Object.keys(DTYPES).join(', ')} (array.astype(...))`,
    );
  }
  if (!/'fortran_order'\s*:\s*False/.test(header))
    throw new Error('it is in Fortran order; save numpy.ascontiguousarray(array)');
  const shape = parseShape(header);
  const wanted = elementCount(shape) * bytesPerElement(dtype);
  const data = bytes.subarray(dataAt);
  if (data.length !== wanted)
    throw new Error(
      `it has ${counted(data.length, 'byte')} of data where its header says ${String(wanted)}; save it again`,
    );
  return tensorFromBytes(dtype, shape, data);
}

function splitHeader(bytes: Uint8Array): { readonly header: string; readonly dataAt: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6] ?? 0;
  const start = major === 1 ? 10 : 12;
  if (major < 1 || major > 3 || bytes.length < start)
    throw new Error('it is no .npy file of version 1 to 3; save it with numpy.save');
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MOST_HEADER_BYTES || start + length > bytes.length)
    throw new Error('its .npy header is cut short; save it again');
  return { header: Buffer.from(bytes.subarray(start, start + length)).toString('utf8'), dataAt: start + length };
}

function quoted(header: string, key: string): string {
  return new RegExp(`'${key}'\\s*:\\s*'([^']*)'`).exec(header)?.[1] ?? 'a structure';
}

function parseShape(header: string): number[] {
  const text = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (text === undefined) throw new Error('its .npy header has no shape; save it with numpy.save');
  const shape = text
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number);
  if (shape.length > MOST_DIMENSIONS) throw new Error(`it has more than ${String(MOST_DIMENSIONS)} dimensions`);
  return shape;
}
