import { UUID_LENGTH, uuidOf, type UuidKey } from './request-uuid.js';

/** The bytes of a request between which the values of columns stand, whose lengths differ. */
export interface FilledRequest {
  /** One before each slot. */
  readonly pieces: readonly Buffer[];
  /** A function: the bytes of a column's value for a request, one character each. */
  readonly slots: readonly ('seq' | 'uuid' | 'length' | ((seq: number) => string))[];
  readonly tail: Buffer;
  readonly uuidKey: UuidKey;
  /** The first slot of the body; where it has none, behind the last. */
  readonly bodyFrom: number;
}

/** Makes the bytes for each index in the trace; those before may still be on their way out. */
export function filledRequest({ pieces, slots, tail, uuidKey, bodyFrom }: FilledRequest): (seq: number) => Uint8Array {
  const fixed = pieces.reduce((sum, piece) => sum + piece.length, tail.length);
  // The piece before the first slot of the body ends the head, and begins the body.
  const bodyFixed = bodyFrom < slots.length ? bodyBytes(pieces, tail, bodyFrom) : 0;
  const texts = slots.map(() => '');
  return (seq) => {
    let length = fixed;
    let body = bodyFixed;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      const text = slot === 'seq' ? String(seq) : slot === 'uuid' ? '' : typeof slot === 'function' ? slot(seq) : '';
      texts[i] = text;
      const bytes = slot === 'uuid' ? UUID_LENGTH : text.length;
      length += bytes;
      if (i >= bodyFrom) body += bytes;
    }
    const bodyLength = String(body);
    const bytes = Buffer.allocUnsafe(length + (slots.includes('length') ? bodyLength.length : 0));
    let at = 0;
    for (let i = 0; i < slots.length; i++) {
      const piece = pieces[i] as Buffer;
      bytes.set(piece, at);
      at += piece.length;
      const slot = slots[i];
      const text = slot === 'uuid' ? uuidOf(uuidKey, seq) : slot === 'length' ? bodyLength : (texts[i] as string);
      at += bytes.write(text, at, 'latin1');
    }
    bytes.set(tail, at);
    return bytes;
  };
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** Bytes of the body that are the same in every request. */
function bodyBytes(pieces: readonly Buffer[], tail: Buffer, bodyFrom: number): number {
  const first = pieces[bodyFrom] as Buffer;
  const begun = first.length - (first.indexOf(HEAD_END) + HEAD_END.length);
  return pieces.slice(bodyFrom + 1).reduce((sum, piece) => sum + piece.length, begun + tail.length);
}
