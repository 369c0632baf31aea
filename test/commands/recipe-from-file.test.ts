import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { recipeFromFile } from '#src/commands/recipe-from-file';
import { parseRecipe } from '#src/generator/parse-recipe';

const folder = mkdtempSync(join(tmpdir(), 'replay-recipe-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(value: unknown): string {
  const path = join(folder, 'recipe.json');
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}

const none = {} as Parameters<typeof recipeFromFile>[2];
const bare = { process: 'mmpp', rates: [1, 5], sojournMs: 1000, durationMs: 5000, seed: 2, mode: 'free' };

it('a recipe is read bare, from a fit and from a trace, with another length, seed and load', async () => {
  for (const value of [bare, { format: 1, recipe: bare, fit: {} }])
    expect((await recipeFromFile(file(value), undefined, none)).raw).toEqual(bare);
  const { raw, called } = await recipeFromFile(file(bare), undefined, { ...none, duration: 9000, seed: 3, load: 10 });
  expect(parseRecipe(raw)).toMatchObject({ rates: [10, 50], sojournMs: 1000, durationMs: 9000, seed: 3 });
  expect(called).toBe('recipe');
});

it('multiplies rates and counts at every level, and no times', async () => {
  const nested = {
    ...{ process: 'piecewise', points: [[0, 1], [10, 2]], durationMs: 10, seed: 1 }, // prettier-ignore
    superpose: [
      { process: 'poisson', rate: 3, durationMs: 10, seed: 1 },
      { ...bare, mode: 'conditioned', count: 7 },
    ],
  };
  const { raw } = await recipeFromFile(file(nested), undefined, { ...none, load: 2 });
  expect(raw).toMatchObject({ points: [[0, 2], [10, 4]], superpose: [{ rate: 6 }, { rates: [2, 10], count: 14 }] }); // prettier-ignore
});

it.each([
  ['{', undefined, {}, 'it is not JSON'],
  ['{"a":1}', undefined, {}, 'it holds no recipe'],
  ['[]', undefined, {}, 'it holds no recipe'],
  [bare, 'poisson', {}, '--recipe has its own process; leave poisson out'],
  [bare, undefined, { rate: 5 }, '--recipe has its own --rate'],
])('%j with %s and %j is one line: %s', async (value, process, flags, message) => {
  await expect(recipeFromFile(file(value), process, { ...none, ...flags })).rejects.toThrow(message);
});
