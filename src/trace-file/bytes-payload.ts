import type { Payload } from '../trace.js';

export type BytesPayload = Payload & { readonly kind: 'bytes' };

export const JSON_TYPE = 'application/json';

/** From this size on, bytes are shared between threads instead of copied to each. */
const SHARED_FROM = 16 << 10;

export function bytesPayload(contentType: string, bytes: Uint8Array): BytesPayload {
  return { kind: 'bytes', contentType, bytes: shared(bytes) };
}

/** A copy: large bytes on shared memory; small ones on memory of their own, so that no pool goes along. */
export function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(
    bytes.length < SHARED_FROM ? new ArrayBuffer(bytes.length) : new SharedArrayBuffer(bytes.length),
  );
  copy.set(bytes);
  return copy;
}
