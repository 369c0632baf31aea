import { tmpdir } from 'node:os';
import { arrivalStoreWriter } from '../arrival-store.js';
import { UserError } from '../errors.js';
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
