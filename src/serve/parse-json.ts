import { exactNumber, parseExactJson } from '../backends/tensors/exact-json.js';
import { messageOf, printable } from '../errors.js';
import { ServingError } from './serving-error.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The body of a request. Throws `ServingError` unless it is a JSON object. */
export function parseJsonObject(body: Uint8Array): JsonObject {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    value = withNonFinite(text);
    if (value === undefined) throw new ServingError('INVALID_ARGUMENT', `JSON Parse error: ${messageOf(thrown)}`);
  }
  if (isJsonObject(value)) return value;
  throw new ServingError('INVALID_ARGUMENT', `JSON Value: ${preview(value)} Is not object`);
}

/** NaN and Infinity are read, as by TensorFlow Serving. Undefined where it is no JSON for other reasons. */
function withNonFinite(text: string): unknown {
  try {
    return parseExactJson(text, (number) => Number(exactNumber(number)));
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that is a text or absent (''). */
export function textMember(object: JsonObject, key: string): string {
  const value = Object.hasOwn(object, key) ? object[key] : '';
  if (typeof value === 'string') return value;
  throw new ServingError('INVALID_ARGUMENT', `'${key}' key must be a string value.`);
}

export function preview(value: unknown): string {
  return printable(JSON.stringify(value), 60);
}
