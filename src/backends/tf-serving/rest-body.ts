import type { Payload } from '../../trace.js';
import { instanceBatches, type InstanceBatches } from '../shared/instance-batches.js';
import { instancesJson, isJson } from '../shared/instances-json.js';
import { tensorJson } from '../shared/tensor-json.js';
import type { Tensor } from '../shared/tensor.js';
import { inputName, isObject, parseJson, wholeTensor } from './payload-tensors.js';
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
  if (whole === undefined) return instancesJson(payload);
  if (input !== null) return encoded(`{"inputs":{${JSON.stringify(input)}:${tensorJson(whole)}}}`);
  return encoded(`{"instances":${whole.shape.length === 0 ? `[${tensorJson(whole)}]` : tensorJson(whole)}}`);
}

/** A list of examples, or a tensor whose rows are the values of one feature. */
function examplesBody(payload: Payload, options: BodyOptions): Uint8Array {
  const whole = wholeTensor(payload);
  if (whole !== undefined) return encoded(examplesOf(whole, inputName(options)));
  if (payload.kind === 'tensor' || !isJson(payload.contentType)) throw new Error('give JSON, .npy or a tensor');
  const json = parseJson(payload.bytes);
  return Array.isArray(json) ? encoded(`{"examples":${JSON.stringify(json)}}`) : payload.bytes;
}

/** A feature is a flat list, whatever its shape. */
export function examplesOf({ dtype, shape, values }: Tensor, name: string): string {
  const rows = shape[0] ?? 1;
  const flat: Tensor = { dtype, shape: [rows, values.length / rows], values };
  const key = JSON.stringify(name);
  return `{"examples":[${Array.from({ length: rows }, (_, row) => `{${key}:${tensorJson(flat, 1, row)}}`).join(',')}]}`;
}

/** Put in as text, so that the numbers stay as they are written. A payload's own signature goes before. */
function withSignature(body: Uint8Array, signature: string): Uint8Array {
  const json = parseJson(body);
  if (!isObject(json)) throw new Error('it is no JSON object');
  if (Object.hasOwn(json, 'signature_name')) return body;
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8').trimStart();
  const rest = Object.keys(json).length === 0 ? '}' : `,${text.slice(1)}`;
  return encoded(`{"signature_name":${JSON.stringify(signature)}${rest}`);
}

function encoded(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
