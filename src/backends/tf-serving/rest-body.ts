import type { Payload } from '../../trace.js';
import { instanceBatches, type InstanceBatches } from '../tensors/instance-batches.js';
import { instancesJson, isJson, listBody } from '../tensors/instances-json.js';
import { bufferOf, jsonStructure, READS_NON_FINITE } from '../tensors/json-body.js';
import { tensorJson } from '../tensors/tensor-json.js';
import type { Tensor } from '../tensors/tensor.js';
import { inputName, isObject, wholeTensor } from './payload-tensors.js';
import type { TfServingOptions } from './tf-serving-options.js';

type BodyOptions = Pick<TfServingOptions, 'method' | 'signature' | 'input'>;

/** A payload as the body that the method takes. JSON objects go as they are. Throws an Error that says what is wrong with it. */
export function restBody(payload: Payload, options: BodyOptions): Uint8Array {
  const body = options.method === 'predict' ? predictBody(payload, options) : examplesBody(payload, options);
  return options.signature === null ? body : withSignature(body, options.signature);
}

/** Payloads in one body: rows of instances, or of examples. Throws `UserError`. */
export function restBatches(payloads: readonly Payload[], options: BodyOptions): InstanceBatches {
  const bodies = payloads.map((payload) => restBody(payload, options));
  return instanceBatches('tf-serving', bodies, options.method === 'predict' ? 'instances' : 'examples');
}

function predictBody(payload: Payload, { input }: BodyOptions): Uint8Array {
  const whole = wholeTensor(payload);
  if (whole === undefined || input === null) return instancesJson(payload, READS_NON_FINITE);
  return encoded(`{"inputs":{${JSON.stringify(input)}:${tensorJson(whole)}}}`);
}

/** A list of examples, or a tensor whose rows are the values of one feature. */
function examplesBody(payload: Payload, options: BodyOptions): Uint8Array {
  const whole = wholeTensor(payload);
  if (whole !== undefined) return encoded(examplesOf(whole, inputName(options)));
  if (payload.kind === 'tensor' || !isJson(payload.contentType)) throw new Error('give JSON, .npy or a tensor');
  const isList = Array.isArray(jsonStructure(payload.bytes, READS_NON_FINITE));
  return isList ? listBody('examples', payload.bytes) : payload.bytes;
}

/** A feature is a flat list, whatever its shape. */
export function examplesOf({ dtype, shape, values }: Tensor, name: string): string {
  const rows = shape[0] ?? 1;
  const flat: Tensor = { dtype, shape: [rows, values.length / rows], values };
  const key = JSON.stringify(name);
  return `{"examples":[${Array.from({ length: rows }, (_, row) => `{${key}:${tensorJson(flat, 1, row)}}`).join(',')}]}`;
}

/** Put in front of the other members, whose bytes are kept. A payload's own signature has precedence. */
function withSignature(body: Uint8Array, signature: string): Uint8Array {
  const json = jsonStructure(body, READS_NON_FINITE);
  if (!isObject(json)) throw new Error('it is no JSON object');
  if (Object.hasOwn(json, 'signature_name')) return body;
  const bytes = bufferOf(body);
  const rest = bytes.subarray(bytes.indexOf('{') + 1);
  const comma = Object.keys(json).length === 0 ? '' : ',';
  return Buffer.concat([Buffer.from(`{"signature_name":${JSON.stringify(signature)}${comma}`), rest]);
}

function encoded(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
