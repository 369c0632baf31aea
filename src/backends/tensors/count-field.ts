/**
 * How often a field stands at the top level of an encoded protobuf message (https://protobuf.dev/programming-guides/encoding).
 * Nothing is decoded. Throws where the bytes are no message.
 */
export function countField(bytes: Uint8Array, field: number): number {
  let count = 0;
  for (let at = 0; at < bytes.length;) {
    const key = varintAt(bytes, at);
    if (Math.floor(key.value / 8) === field) count++;
    at = endOfValue(bytes, key.end, key.value % 8);
    if (at > bytes.length) throw new Error('it ends inside a field');
  }
  return count;
}

/** By its wire type. */
function endOfValue(bytes: Uint8Array, at: number, wireType: number): number {
  switch (wireType) {
    case 0:
      return varintAt(bytes, at).end;
    case 1:
      return at + 8;
    case 2: {
      const length = varintAt(bytes, at);
      return length.end + length.value;
    }
    case 5:
      return at + 4;
    default:
      throw new Error(`it has a field of wire type ${String(wireType)}`);
  }
}

const MOST_VARINT_BYTES = 10;

function varintAt(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let i = 0; i < MOST_VARINT_BYTES; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) break;
    value += (byte & 127) * 128 ** i;
    if (byte < 128) return { value, end: from + i + 1 };
  }
  throw new Error('it ends inside a number');
}
