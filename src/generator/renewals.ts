import { ChunkWriter } from './chunk-writer.js';

/** Arrivals from `firstMs` on, each a gap after the one before, until `durationMs`; all in ms. */
export function* renewals(
  firstMs: number,
  gapMs: () => number,
  durationMs: number,
): Generator<Float64Array, void, undefined> {
  const chunks = new ChunkWriter();
  let atMs = firstMs;
  while (atMs < durationMs) {
    const full = chunks.push(atMs);
    if (full !== undefined) yield full;
    atMs += gapMs();
  }
  yield* chunks.rest();
}
