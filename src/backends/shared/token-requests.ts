import type { HeaderField } from './request-bytes.js';

/** The bytes of one payload's request, for each index in the trace. */
type BytesOf = (seq: number) => Uint8Array;

export interface TokenRequests {
  bytes(payload: number, seq: number): Uint8Array;
}

/**
 * The requests of a payload table, each with the bearer token of the moment in it. They are made once and kept; after the
 * token has changed each is made again when it is used next: no pause for a whole table, no work per request.
 *
 * `make` is given a payload's index and the fields to add. Without a token source there are none.
 */
export function createTokenRequests(
  token: { current(): string } | null,
  count: number,
  make: (payload: number, authorization: readonly HeaderField[]) => BytesOf,
): TokenRequests {
  const current = (): string => token?.current() ?? '';
  const fresh = (payload: number): Made => {
    const text = current();
    return { text, bytesOf: make(payload, text === '' ? [] : [['authorization', `Bearer ${text}`]]) };
  };
  const table = Array.from({ length: count }, (_, payload) => fresh(payload));
  return {
    bytes(payload, seq) {
      let made = table[payload];
      if (made === undefined) throw new Error(`payload ${String(payload)} is not in the table of ${String(count)}`);
      if (made.text !== current()) made = table[payload] = fresh(payload);
      return made.bytesOf(seq);
    },
  };
}

interface Made {
  readonly text: string;
  readonly bytesOf: BytesOf;
}
