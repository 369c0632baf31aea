import { basename } from 'node:path';
import { readBounded } from '../config/read-bounded.js';
import { printable, UserError } from '../errors.js';
import type { RecipeFlags } from './generated-recipe.js';

const MOST_BYTES = 64 << 20;
const HINTS = { missing: '`replay trace fit TRACE -o recipe.json` makes one', tooLarge: 'give a file of a recipe' };
/** What may be given beside a recipe. */
const BESIDE = ['duration', 'seed', 'thin', 'scale'];

/** The recipe of a file: bare, or under `recipe` in what `replay trace fit` writes or in a trace. Throws `UserError`. */
export async function recipeFromFile(
  path: string,
  process: string | undefined,
  flags: RecipeFlags & { readonly load?: number | undefined },
): Promise<{ raw: Readonly<Record<string, unknown>>; called: string }> {
  if (process !== undefined) throw new UserError(`--recipe has its own process; leave ${process} out`);
  const given: Readonly<Record<string, unknown>> = { ...flags, free: flags.free || undefined };
  const foreign = [
    'rate',
    'scv',
    'shape',
    'preset',
    'rates',
    'sojourn',
    'matrix',
    'count',
    'free',
    'path',
    'stages',
  ].find((name) => given[name] !== undefined);
  if (foreign !== undefined)
    throw new UserError(
      `--recipe has its own --${foreign}; give only ${BESIDE.map((name) => `--${name}`).join(', ')} beside it`,
    );
  const own = recipeIn(await readBounded(path, MOST_BYTES, HINTS), path);
  const { duration, seed, thin, scale, load } = flags;
  const changes = { durationMs: duration, seed, thin, scaleTime: scale };
  return {
    raw: {
      ...(load === undefined ? own : atLoad(own, load)),
      ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
    },
    called: basename(path).replace(/\.json$/, ''),
  };
}

/** All rates and counts multiplied; what is no number or list is left to the check of the recipe. */
function atLoad(recipe: Readonly<Record<string, unknown>>, load: number): Readonly<Record<string, unknown>> {
  const times = (value: unknown): unknown => (typeof value === 'number' ? value * load : value);
  const changed: Readonly<Record<string, (value: unknown) => unknown>> = {
    rate: times,
    rates: (value) => (Array.isArray(value) ? value.map(times) : value),
    points: (value) =>
      Array.isArray(value)
        ? value.map((point: unknown) => (Array.isArray(point) ? [point[0], times(point[1])] : point))
        : value,
    count: (value) => (typeof value === 'number' ? Math.round(value * load) : value),
    superpose: (value) =>
      Array.isArray(value) ? value.map((inner: unknown) => (isObject(inner) ? atLoad(inner, load) : inner)) : value,
  };
  return Object.fromEntries(Object.entries(recipe).map(([key, value]) => [key, changed[key]?.(value) ?? value]));
}

function recipeIn(text: string, path: string): Readonly<Record<string, unknown>> {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new UserError(`--recipe ${printable(path)}: it is not JSON; give a file of \`replay trace fit -o\``);
  }
  const inside = isObject(read) && isObject(read['recipe']) ? read['recipe'] : read;
  if (!isObject(inside) || inside['process'] === undefined)
    throw new UserError(`--recipe ${printable(path)}: it holds no recipe; give a file of \`replay trace fit -o\``);
  return inside;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
