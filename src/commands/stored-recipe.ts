import { tmpdir } from 'node:os';
import { arrivalStoreWriter, type ArrivalStoreWriter } from '../trace-file/arrival-store.js';
import { UserError } from '../errors.js';
import { MOST_DURATION_MS } from '../generator/bounds.js';
import { generate } from '../generator/generate.js';
import { parseRecipe } from '../generator/parse-recipe.js';
import type { Trace } from '../trace.js';

/** Makes the trace of a recipe that flags describe. Throws `UserError` when it cannot be followed or makes no arrival. */
export function storedRecipe(raw: Readonly<Record<string, unknown>>, name: string): Trace {
  const recipe = inFlags(() => parseRecipe(raw));
  const { durationMs, chunks } = inFlags(() => generate(recipe));
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
 * The same for a process without an end, until it has made `requests` arrivals; lasts until the next one is due. The
 * arrivals are the first of those that the recipe makes in any time that is long enough.
 */
export function storedFirst(
  raw: Readonly<Record<string, unknown>> & { readonly rate: number },
  name: string,
  requests: number,
): Trace {
  const horizonMs = Math.min(MOST_DURATION_MS, (HORIZON * (requests + ENOUGH) * 1000) / raw.rate);
  const recipe = inFlags(() => parseRecipe({ ...raw, durationMs: horizonMs }));
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

/** The fields of a recipe as the flags that give them. */
const FLAGS: Readonly<Record<string, string>> = {
  ...{ durationMs: '--duration', rate: '--rate', scv: '--scv', shape: '--shape', seed: '--seed', points: '--stages' },
  ...{ rates: '--rates', sojournMs: '--sojourn', q: '--matrix', count: '--count', path: '--path' },
  ...{ thin: '--thin', scaleTime: '--scale' },
};

function flagOf(field: string): string {
  return FLAGS[field] ?? field;
}

/** What is wrong with a field is reported with its flag. */
function inFlags<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    throw new UserError(
      thrown.message.replace(/^[a-zA-Z]+(?=[[:. ,])|(?<![.\w])(durationMs|sojournMs|scaleTime)\b/g, flagOf),
    );
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
