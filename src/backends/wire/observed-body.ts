import type { OpenBody } from './body-reader.js';

/** Reads a body as `openBody` does, and gives each piece of it to `piece`, which may look at it until it returns. */
export function observedBody(openBody: OpenBody | undefined, piece: (bytes: Uint8Array) => void): OpenBody {
  return (status, headers) => {
    const reader = openBody?.(status, headers);
    return {
      take(bytes, from, to) {
        if (to > from) piece(bytes.subarray(from, to));
        reader?.take(bytes, from, to);
      },
      end: () => reader?.end() ?? null,
    };
  };
}
