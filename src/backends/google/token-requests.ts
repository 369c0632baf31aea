import { batchCache } from '../tensors/batch-cache.js';
import { tokenFields, type TokenSource } from './google-token.js';
import type { HeaderField } from '../wire/request-bytes.js';
import { type BytesOf, noBatch, type Requests } from '../wire/requests.js';

/**
 * The requests of a payload table, each with the bearer token of the moment in it. They are made once and kept; after the
 * token has changed each is made again when it is used next: no pause for a whole table, no work per request.
 *
 * `make` is given a payload's index and the fields to add. Without a token source there are none. `makeBatch`: the same for
 * the indexes of a batch, made and kept for each distinct content.
 */
export function createTokenRequests(
  token: Pick<TokenSource, 'current' | 'quotaProject'> | null,
  count: number,
  make: (payload: number, authorization: readonly HeaderField[]) => BytesOf,
  makeBatch: (payloads: Uint32Array, authorization: readonly HeaderField[]) => BytesOf = noBatch,
): Requests<BytesOf> {
  const current = (): string => token?.current() ?? '';
  const fresh = (makeWith: (authorization: readonly HeaderField[]) => BytesOf): Made => {
    const text = current();
    return { text, bytesOf: makeWith(tokenFields(text, token?.quotaProject)) };
  };
  const one = (payload: number): Made => fresh((authorization) => make(payload, authorization));
  const batch = (payloads: Uint32Array): Made => fresh((authorization) => makeBatch(payloads, authorization));
  const batches = batchCache(
    (payloads) => ({ made: batch(payloads) }),
    ({ made }) => made.bytesOf(0).length,
  );
  const table = Array.from({ length: count }, (_, payload) => one(payload));
  return {
    of(payload) {
      let made = table[payload];
      if (made === undefined) throw new Error(`payload ${String(payload)} is not in the table of ${String(count)}`);
      if (made.text !== current()) made = table[payload] = one(payload);
      return made.bytesOf;
    },
    ofBatch(payloads) {
      const kept = batches(payloads);
      if (kept.made.text !== current()) kept.made = batch(payloads);
      return kept.made.bytesOf;
    },
  };
}

interface Made {
  readonly text: string;
  readonly bytesOf: BytesOf;
}
