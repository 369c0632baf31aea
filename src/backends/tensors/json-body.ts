import { messageOf } from '../../errors.js';

/**
 * How a service reads the JSON it is sent. `nonFinite`: it reads NaN and Infinity, which the JSON standard has no form for
 * (TensorFlow Serving does). Otherwise `strictBecause` says who does not, and a payload that holds one is refused.
 */
export type JsonReader = { readonly nonFinite: true } | { readonly nonFinite: false; readonly strictBecause: string };

export const READS_NON_FINITE: JsonReader = { nonFinite: true };

export function strictReader(strictBecause: string): JsonReader {
  return { nonFinite: false, strictBecause };
}

/** The error for a payload with NaN or Infinity that the service would not read. */
export function refusedNonFinite(strictBecause: string): Error {
  return new Error(`it holds NaN or Infinity, which JSON has no form for: ${strictBecause}`);
}

/**
 * The structure of a body that is sent as the user wrote it: names, lists and their lengths. Its numbers may be rounded, and
 * NaN is 0 here. Throws an Error unless the body is JSON that `reader` reads.
 */
export function jsonStructure(body: Uint8Array, reader: JsonReader): unknown {
  const text = bufferOf(body).toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    const value = parsedWithoutNonFinite(text);
    if (value === undefined) throw new Error(`it is no JSON: ${messageOf(thrown)}`);
    if (!reader.nonFinite) throw refusedNonFinite(reader.strictBecause);
    return value.json;
  }
}

/** Undefined where it is no JSON for other reasons. */
export function parsedWithoutNonFinite(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text.replace(STRING_OR_NON_FINITE, zeroUnlessString)) as unknown };
  } catch {
    return undefined;
  }
}

/** A string is matched whole, so that a NaN within it is left alone. */
const STRING_OR_NON_FINITE = /"[^"\\]*(?:\\[^][^"\\]*)*"|-?\b(?:NaN|Inf(?:inity)?)\b/g;

function zeroUnlessString(match: string): string {
  return match.startsWith('"') ? match : '0';
}

/** A view, for bytes may lie on shared memory. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
