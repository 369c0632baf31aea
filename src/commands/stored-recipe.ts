import { tmpdir } from 'node:os';
import { arrivalStoreWriter, type ArrivalStoreWriter } from '../arrival-store.js';
import { UserError } from '../errors.js';
import { MOST_DURATION_MS } from '../generator/bounds.js';
import { generate } from '../generator/generate.js';
import { parseRecipe } from '../generator/parse-recipe.js';
import type { Trace } from '../trace.js';

/** Makes the trace of a recipe from outside. Throws `UserError` when it cannot be followed or makes no arrival. */
export function storedRecipe(raw: Record<string, unknown>, name: string): Trace {
  const recipe = parseRecipe(raw);
  const { durationMs, chunks } = generate(recipe);
  const writer = arrivalStoreWriter({ spoolDir: tmpdir() });
  try {
    for (const chunk of chunks) writer.appendChunk(chunk);
    const { store, sha256, count } = writer.finish();
    if (count === 0) throw new UserError('no arrival falls into this time; raise the rate or the duration');
    return { name, durationMs, count, sha256, recipe: { ...recipe }, payloads: [], store };
  } catch (thrown) {
    writer.discard();
    throw thrown;
  }
}

/**
 * The same for a process that goes on for ever, until it has made so many arrivals; lasts until the next one is due. The
 * arrivals are the first of those that the recipe makes in any time that is long enough.
 */
export function storedFirst(
  raw: Readonly<Record<string, unknown>> & { readonly rate: number },
  name: string,
  requests: number,
): Trace {
  const horizonMs = Math.min(MOST_DURATION_MS, (HORIZON * (requests + ENOUGH) * 1000) / raw.rate);
  const recipe = parseRecipe({ ...raw, durationMs: horizonMs });
  const writer = arrivalStoreWriter({ spoolDir: tmpdir() });
  try {
    const durationMs = appendFirst(writer, generate(recipe).chunks, requests) ?? horizonMs;
    const { store, sha256, count } = writer.finish();
    if (count < requests) throw new UserError(`--requests: at this rate they take too long; raise the rate`);
    return { name, durationMs, count, sha256, recipe: { ...recipe, durationMs, requests }, payloads: [], store };
  } catch (thrown) {
    writer.discard();
    throw thrown;
  }
}

/** A time in which a process makes more arrivals than asked for, however its gaps fall: their sum strays by the root of their number. */
const HORIZON = 2;
const ENOUGH = 1000;

/** The arrival after the last appended, ms; undefined where there is none. */
function appendFirst(writer: ArrivalStoreWriter, chunks: Iterable<Float64Array>, requests: number): number | undefined {
  let left = requests;
  for (const chunk of chunks) {
    writer.appendChunk(chunk.subarray(0, Math.min(left, chunk.length)));
    if (chunk.length > left) return chunk[left];
    left -= chunk.length;
  }
  return undefined;
}
