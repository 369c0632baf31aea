import type { Payload } from '../../trace.js';
import type { RestBody } from '../shared/google-rest.js';
import { instancesJson, JSON_TYPE } from '../shared/instances-json.js';
import { looksLikeNpy } from '../shared/parse-npy.js';

export type BodyFormat = 'raw' | 'instances';

/**
 * A payload as a function gets it. `raw`: bytes as they are, with their type; what only a program of ours can read
 * (tensors, .npy) becomes instances. `instances`: all of them do. Throws an Error that says what is wrong.
 */
export function functionBody(payload: Payload, format: BodyFormat, contentType: string | null): RestBody {
  const asInstances = format === 'instances' || payload.kind === 'tensor' || looksLikeNpy(payload.bytes);
  const type = asInstances ? JSON_TYPE : payload.contentType;
  return { contentType: contentType ?? type, bytes: asInstances ? instancesJson(payload) : payload.bytes };
}
