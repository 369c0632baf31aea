import type { Payload } from '../../trace.js';
import type { RestBody } from '../shared/google-rest.js';
import { instancesJson, JSON_TYPE } from '../shared/instances-json.js';
import { looksLikeNpy } from '../shared/parse-npy.js';
import type { Method } from './endpoint-address.js';

/**
 * A payload as the method takes it. `predict`: `{"instances": [...], "parameters": ...}`; `rawPredict`: bytes as they are,
 * and instances for what only a program of ours can read. Throws an Error that says what is wrong.
 */
export function predictBody(payload: Payload, method: Method, parameters: string | null): RestBody {
  if (method === 'predict')
    return { contentType: JSON_TYPE, bytes: withParameters(instancesJson(payload), parameters) };
  if (payload.kind === 'tensor' || looksLikeNpy(payload.bytes)) {
    return { contentType: JSON_TYPE, bytes: instancesJson(payload) };
  }
  return payload;
}

/** The text is kept as it is, numbers too; the parameters are put in at its end. */
function withParameters(body: Uint8Array, parameters: string | null): Uint8Array {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const value = JSON.parse(text) as unknown;
  if (typeof value !== 'object' || value === null || !('instances' in value) || !Array.isArray(value.instances)) {
    throw new Error('predict takes {"instances": [...]}; give that, or --set method=rawPredict to send it as it is');
  }
  if (parameters === null) return body;
  if ('parameters' in value) throw new Error('it has parameters of its own; leave --set parameters out');
  return Buffer.from(`${text.slice(0, text.lastIndexOf('}'))},"parameters":${parameters}}`, 'utf8');
}
