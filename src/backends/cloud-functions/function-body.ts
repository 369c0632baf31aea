import type { Payload } from '../../trace.js';
import type { RestBody } from '../wire/requests.js';
import { instancesJson, JSON_TYPE } from '../tensors/instances-json.js';
import { strictReader } from '../tensors/json-body.js';

export type BodyFormat = 'instances' | 'raw';

/** Some languages read it, others do not, and what a function is written in is not known here. */
const STRICT = strictReader('many functions cannot read it');

/**
 * A payload as a function gets it. `instances`: as `{"instances": [...]}`, which our handlers and those of the other systems
 * take; JSON objects stay as they are. `raw`: the bytes as they are, with their type (a tensor has none, and becomes
 * instances). Throws an Error that says what is wrong.
 */
export function functionBody(payload: Payload, format: BodyFormat, contentType: string | null): RestBody {
  if (format === 'raw' && payload.kind === 'bytes') {
    return { contentType: contentType ?? payload.contentType, bytes: payload.bytes };
  }
  return { contentType: contentType ?? JSON_TYPE, bytes: instancesJson(payload, STRICT) };
}
