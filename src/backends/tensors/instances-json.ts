import type { Payload } from '../../trace.js';
import { bufferOf, jsonStructure, refusedNonFinite, type JsonReader } from './json-body.js';
import { looksLikeNpy, parseNpy } from './parse-npy.js';
import { seededTensor } from './seeded-tensor.js';
import { tensorJson } from './tensor-json.js';
import { isFloat, type Tensor } from './tensor.js';

export const JSON_TYPE = 'application/json';

/**
 * A payload in the row format that TF Serving, Vertex AI, SageMaker's TensorFlow containers and our own handlers share:
 * `{"instances": [...]}`, one entry for each of the batch. JSON objects go as they are, byte for byte; bare arrays, tensors
 * and .npy files become the instances; an image becomes one instance of base64. Throws an Error that says what is wrong.
 */
export function instancesJson(payload: Payload, reader: JsonReader): Uint8Array {
  if (payload.kind === 'tensor') return ofTensor(seededTensor(payload.tensor), reader);
  const { bytes, contentType } = payload;
  if (looksLikeNpy(bytes)) return ofTensor(parseNpy(bytes), reader);
  if (isJson(contentType)) return Array.isArray(jsonStructure(bytes, reader)) ? listBody('instances', bytes) : bytes;
  if (contentType.startsWith('image/'))
    return Buffer.from(`{"instances":[{"b64":"${bufferOf(bytes).toString('base64')}"}]}`);
  throw new Error(`${contentType} has no form as instances; give JSON, .npy, an image or a tensor`);
}

export function isJson(contentType: string): boolean {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() === JSON_TYPE;
}

/** A JSON array, as it is written, as the only member of an object. */
export function listBody(name: string, array: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`{"${name}":`), array, Buffer.from('}')]);
}

function ofTensor(tensor: Tensor, reader: JsonReader): Uint8Array {
  if (!reader.nonFinite && isFloat(tensor.dtype) && !(tensor.values as Float64Array).every(Number.isFinite))
    throw refusedNonFinite(reader.strictBecause);
  const json = tensorJson(tensor);
  return Buffer.from(`{"instances":${tensor.shape.length === 0 ? `[${json}]` : json}}`);
}
