import { messageOf } from '../../errors.js';
import type { Payload } from '../../trace.js';
import { looksLikeNpy, parseNpy } from './parse-npy.js';
import { seededTensor } from './seeded-tensor.js';
import type { Tensor } from './tensor.js';

export const JSON_TYPE = 'application/json';

/**
 * A payload in the row format that TF Serving, Vertex AI, SageMaker's TensorFlow containers and our own handlers share:
 * `{"instances": [...]}`, one entry for each of the batch. JSON objects go as they are; bare arrays, tensors and .npy
 * files become the instances; an image becomes one instance of base64. Throws an Error that says what is wrong.
 */
export function instancesJson(payload: Payload): Uint8Array {
  if (payload.kind === 'tensor') return ofTensor(seededTensor(payload.tensor));
  const { bytes, contentType } = payload;
  if (looksLikeNpy(bytes)) return ofTensor(parseNpy(bytes));
  if (isJson(contentType)) return ofJson(bytes);
  if (contentType.startsWith('image/')) return encode({ instances: [{ b64: buffer(bytes).toString('base64') }] });
  throw new Error(`${contentType} has no form as instances; give JSON, .npy, an image or a tensor`);
}

export function isJson(contentType: string): boolean {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() === JSON_TYPE;
}

function ofJson(bytes: Uint8Array): Uint8Array {
  const text = buffer(bytes).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new Error(`it is no JSON: ${messageOf(thrown)}`);
  }
  return Array.isArray(value) ? Buffer.from(`{"instances":${text}}`, 'utf8') : bytes;
}

function ofTensor({ shape, values }: Tensor): Uint8Array {
  const numbers = Array.from(values, Number);
  return encode({ instances: shape.length === 0 ? numbers : nested(numbers, shape) });
}

/** Row-major numbers as nested arrays of that shape. */
function nested(numbers: readonly number[], shape: readonly number[]): unknown[] {
  let level: unknown[] = [...numbers];
  for (let depth = shape.length - 1; depth > 0; depth--) {
    const size = shape[depth] ?? 1;
    level = Array.from({ length: level.length / size }, (_, i) => level.slice(i * size, (i + 1) * size));
  }
  return level;
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

/** A view: bytes may lie on shared memory. */
function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
