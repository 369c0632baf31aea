/** A piece of a protocol buffer on its way out: chunks whose lengths are already added up, so that nesting copies nothing. */
export interface Encoded {
  readonly chunks: readonly Uint8Array[];
  readonly length: number;
}

/**
 * Wire format: https://protobuf.dev/programming-guides/encoding/. A field is a key (number and wire type) and its value.
 * A message is the concatenation of its fields.
 */
export function concatFields(fields: readonly Encoded[]): Encoded {
  return {
    chunks: fields.flatMap(({ chunks }) => chunks),
    length: fields.reduce((sum, { length }) => sum + length, 0),
  };
}

/** A whole number of at least 0 and at most 2^53 - 1, or a negative one of at least -(2^53 - 1) (ten bytes). */
export function varintField(field: number, value: number): Encoded {
  return single([...varint(field << 3), ...varint(value)]);
}

export function floatField(field: number, value: number): Encoded {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return single([...varint((field << 3) | 5), ...bytes]);
}

export function textField(field: number, text: string): Encoded {
  return bytesField(field, new TextEncoder().encode(text));
}

export function bytesField(field: number, bytes: Uint8Array): Encoded {
  return lengthDelimited(field, { chunks: [bytes], length: bytes.length });
}

export function messageField(field: number, fields: readonly Encoded[]): Encoded {
  return lengthDelimited(field, concatFields(fields));
}

/** Copies the chunks together. */
export function toBytes({ chunks, length }: Encoded): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function lengthDelimited(field: number, value: Encoded): Encoded {
  const head = single([...varint((field << 3) | 2), ...varint(value.length)]);
  return { chunks: [...head.chunks, ...value.chunks], length: head.length + value.length };
}

function single(bytes: readonly number[]): Encoded {
  return { chunks: [Uint8Array.from(bytes)], length: bytes.length };
}

/** Seven bits a byte, the lowest first; negative numbers as their 64-bit two's complement. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}
