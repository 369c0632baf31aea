import type { Payload } from '../../trace.js';
import type { RestBody } from '../wire/requests.js';
import { instancesJson, JSON_TYPE } from '../tensors/instances-json.js';
import { bufferOf, jsonStructure, READS_NON_FINITE, strictReader } from '../tensors/json-body.js';
import { looksLikeNpy } from '../tensors/parse-npy.js';
import type { Method } from './endpoint-address.js';

/** The service reads the body itself, as messages of protobuf. */
const STRICT = strictReader(
  'Vertex AI refuses it in predict; --set method=rawPredict sends it to the container as it is',
);

/**
 * A payload as the method takes it. `predict`: `{"instances": [...], "parameters": ...}`; `rawPredict`: bytes as they are,
 * and instances for what only a program of ours can read. Throws an Error that says what is wrong.
 */
export function predictBody(payload: Payload, method: Method, parameters: string | null): RestBody {
  if (method === 'predict')
    return { contentType: JSON_TYPE, bytes: withParameters(instancesJson(payload, STRICT), parameters) };
  if (payload.kind === 'tensor' || looksLikeNpy(payload.bytes)) {
    return { contentType: JSON_TYPE, bytes: instancesJson(payload, READS_NON_FINITE) };
  }
  return payload;
}

/** The bytes are kept as they are; the parameters are put in at its end. */
function withParameters(body: Uint8Array, parameters: string | null): Uint8Array {
  const value = jsonStructure(body, STRICT);
  if (typeof value !== 'object' || value === null || !('instances' in value) || !Array.isArray(value.instances)) {
    throw new Error('predict takes {"instances": [...]}; give that, or --set method=rawPredict to send it as it is');
  }
  if (parameters === null) return body;
  if ('parameters' in value) throw new Error('it has parameters of its own; leave --set parameters out');
  const bytes = bufferOf(body);
  return Buffer.concat([bytes.subarray(0, bytes.lastIndexOf('}')), Buffer.from(`,"parameters":${parameters}}`)]);
}
