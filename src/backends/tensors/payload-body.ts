import { messageOf, UserError } from '../../errors.js';
import type { Payload } from '../../trace.js';
import { instancesJson, JSON_TYPE } from './instances-json.js';
import { type JsonReader, READS_NON_FINITE } from './json-body.js';

/** A payload as the body of one request: bytes as they are, unless they are to go in batches; else JSON instances. Throws `UserError`. */
export function payloadBody(
  backend: string,
  payload: Payload,
  index: number,
  batched: boolean,
  reader: JsonReader = READS_NON_FINITE,
): { readonly contentType: string; readonly bytes: Uint8Array } {
  if (payload.kind === 'bytes' && !batched) return payload;
  try {
    return { contentType: JSON_TYPE, bytes: instancesJson(payload, reader) };
  } catch (thrown) {
    throw new UserError(`backend ${backend}: payload ${String(index)} of the trace: ${messageOf(thrown)}`);
  }
}
