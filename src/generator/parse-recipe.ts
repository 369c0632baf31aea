import { UserError, printable } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { MOST_ARRIVALS, MOST_DURATION_MS, integerWithin, numberWithin, positiveRate, shown } from './bounds.js';
import { LEAST_KEPT, MOST_TIME_SCALE } from './combine.js';
import { LEAST_SCV, MOST_SCV } from './gamma.js';
import { MOST_PINNED, type PinnedStay } from './mmpp.js';
import { MOST_POINTS, SPACINGS, type RatePoint } from './piecewise.js';
import { expectedArrivals, processOf } from './process-of.js';
import { checkProfile, MOST_FACTORS, type RateProfile } from './profile.js';
import { seededRandom } from './random.js';
import type { CommonRecipe, MmppRecipe, Recipe } from './recipe.js';
import { LEAST_WEIBULL_SHAPE, MOST_WEIBULL_SHAPE } from './weibull.js';

/** Checks a recipe from outside and fills in defaults (`seed` 1, `mode`). Throws `UserError` that starts with the field's name. */
export function parseRecipe(raw: unknown): Recipe {
  return parseLevel(raw, 1);
}

function parseLevel(raw: unknown, depth: number): Recipe {
  if (!isObject(raw))
    throw new UserError(
      `recipe: give an object such as {'process': 'poisson', 'rate': 50, 'durationMs': 60000}, not ${shown(raw)}`,
    );
  const process = oneOf(raw['process'], 'process', Object.keys(PROCESS_KEYS) as Recipe['process'][]);
  checkKeys(raw, [...COMMON_KEYS, ...PROCESS_KEYS[process]], '');
  const recipe = { ...parseProcess(process, raw), ...parseSuperpose(raw['superpose'], depth) };
  numberWithin(recipe.durationMs * (recipe.scaleTime ?? 1), 'durationMs x scaleTime', 1e-3, MOST_DURATION_MS);
  if (recipe.profile !== undefined && (process === 'piecewise' || raw['path'] !== undefined))
    throw new UserError('profile: a rate curve or a path has its own times; leave one of them out');
  // Building the process checks what concerns several fields at once.
  processOf(recipe);
  const expected = expectedArrivals(recipe);
  if (expected > MOST_ARRIVALS)
    throw new UserError(
      `durationMs: about ${expected.toExponential(1)} arrivals would be made; lower it or the rate so that there are at most ${String(MOST_ARRIVALS)}`,
    );
  return recipe;
}

function parseProcess(process: Recipe['process'], raw: Fields): Recipe {
  const common = parseCommon(raw);
  switch (process) {
    case 'constant':
    case 'poisson':
      return { process, ...common, rate: positiveRate(raw['rate'], 'rate') };
    case 'gamma':
      return { process, ...common, rate: positiveRate(raw['rate'], 'rate'), scv: parseScv(raw) };
    case 'weibull':
      return {
        process,
        ...common,
        rate: positiveRate(raw['rate'], 'rate'),
        shape: numberWithin(raw['shape'], 'shape', LEAST_WEIBULL_SHAPE, MOST_WEIBULL_SHAPE),
      };
    case 'piecewise':
      return {
        process,
        ...common,
        points: listOf(raw['points'], 'points', MOST_POINTS, parsePoint),
        ...optional('spacing', raw['spacing'], (value) => oneOf(value, 'spacing', SPACINGS)),
      };
    case 'mmpp':
      return { process, ...common, ...parseMmpp(raw) };
  }
}

function parseCommon(raw: Fields): CommonRecipe {
  return {
    durationMs: numberWithin(raw['durationMs'], 'durationMs', 1e-3, MOST_DURATION_MS),
    seed: parseSeed(raw['seed']),
    ...optional('profile', raw['profile'], parseProfile),
    ...optional('thin', raw['thin'], (value) => numberWithin(value, 'thin', LEAST_KEPT, 1)),
    ...optional('scaleTime', raw['scaleTime'], (value) =>
      numberWithin(value, 'scaleTime', 1 / MOST_TIME_SCALE, MOST_TIME_SCALE),
    ),
  };
}

function parseProfile(raw: unknown): RateProfile {
  if (!isObject(raw)) throw new UserError(`profile: give {'periodMs': 86400000, 'factors': [1, 2]}, not ${shown(raw)}`);
  checkKeys(raw, ['periodMs', 'factors'], 'profile.');
  const profile = {
    periodMs: numberOf(raw['periodMs'], 'profile.periodMs'),
    factors: numbers(raw['factors'], 'profile.factors', MOST_FACTORS),
  };
  checkProfile(profile);
  return profile;
}

function parseSeed(seed: unknown): number | string {
  if (seed === undefined) return 1;
  if (typeof seed !== 'number' && typeof seed !== 'string')
    throw new UserError(`seed: give a whole number or a text, not ${shown(seed)}`);
  if (typeof seed === 'string' && (seed.length > 200 || printable(seed) !== seed))
    throw new UserError('seed: give at most 200 printable characters');
  seededRandom(seed);
  return seed;
}

function parseScv(raw: Fields): number {
  if ((raw['scv'] === undefined) === (raw['shape'] === undefined))
    throw new UserError('scv: give either scv (1 is Poisson, more is burstier) or shape');
  if (raw['scv'] !== undefined) return numberWithin(raw['scv'], 'scv', LEAST_SCV, MOST_SCV);
  return 1 / numberWithin(raw['shape'], 'shape', 1 / MOST_SCV, 1 / LEAST_SCV);
}

function parsePoint(raw: unknown, field: string): RatePoint {
  if (!Array.isArray(raw) || raw.length !== 2)
    throw new UserError(`${field}: give a pair [atMs, ratePerSecond], not ${shown(raw)}`);
  return [numberOf(raw[0], `${field}[0]`), numberOf(raw[1], `${field}[1]`)];
}

type MmppFields = Pick<MmppRecipe, 'rates' | 'sojournMs' | 'q' | 'mode' | 'count' | 'path'>;

function parseMmpp(raw: Fields): MmppFields {
  const given = [raw['sojournMs'], raw['q']].filter((value) => value !== undefined).length;
  if (given > 1 || (given === 0 && raw['path'] === undefined))
    throw new UserError('sojournMs: give either sojournMs (mean time in a state) or q (jumps per second)');
  const usual = raw['path'] !== undefined ? 'pinned' : raw['count'] !== undefined ? 'conditioned' : 'free';
  const mode = oneOf(raw['mode'] ?? usual, 'mode', MODES);
  if ((raw['path'] !== undefined) !== (mode === 'pinned'))
    throw new UserError("path: give it with mode 'pinned', and only then");
  if (mode === 'free' && raw['count'] !== undefined)
    throw new UserError("count: mode 'free' leaves the number to chance; leave count out or use mode 'conditioned'");
  return {
    rates: numbers(raw['rates'], 'rates', MOST_LISTED),
    ...optional('sojournMs', raw['sojournMs'], parseSojourn),
    ...optional('q', raw['q'], (value) =>
      listOf(value, 'q', MOST_LISTED, (row, field) => numbers(row, field, MOST_LISTED)),
    ),
    mode,
    ...(mode === 'conditioned' || raw['count'] !== undefined
      ? { count: integerWithin(raw['count'], 'count', 0, MOST_ARRIVALS) }
      : {}),
    ...optional('path', raw['path'], (value) => listOf(value, 'path', MOST_PINNED, parseStay)),
  };
}

/** More than the states that a model may have: the model's own message is the better one. */
const MOST_LISTED = 1000;

function parseSojourn(value: unknown): number | readonly number[] {
  return Array.isArray(value) ? numbers(value, 'sojournMs', MOST_LISTED) : numberOf(value, 'sojournMs');
}

function parseStay(raw: unknown, field: string): PinnedStay {
  if (!isObject(raw)) throw new UserError(`${field}: give {'state': 0, 'durationMs': 1000}, not ${shown(raw)}`);
  checkKeys(raw, ['state', 'durationMs'], `${field}.`);
  return {
    state: numberOf(raw['state'], `${field}.state`),
    durationMs: numberOf(raw['durationMs'], `${field}.durationMs`),
  };
}

function parseSuperpose(raw: unknown, depth: number): { superpose?: readonly Recipe[] } {
  if (raw !== undefined && depth >= MOST_DEPTH)
    throw new UserError(
      `superpose: it is nested deeper than ${String(MOST_DEPTH)} levels; put the recipes side by side`,
    );
  return optional('superpose', raw, (value) =>
    listOf(value, 'superpose', MOST_SUPERPOSED, (item, field) => inside(field, () => parseLevel(item, depth + 1))),
  );
}

/** Errors of an inner recipe name its place. */
function inside<T>(field: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${field}.${error.message}`) : error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(raw: unknown): raw is Fields {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/** `prefix` is put before the key in the message: the place of an object that is not the recipe itself. */
function checkKeys(raw: Fields, known: readonly string[], prefix: string): void {
  const unknown = Object.keys(raw).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const near = nearest(unknown, known);
  const advice = near === undefined ? `give some of ${known.join(', ')}` : `did you mean ${near}?`;
  throw new UserError(`${prefix}${printable(unknown, 40)}: there is no such field here; ${advice}`);
}

function oneOf<T extends string>(value: unknown, field: string, known: readonly T[]): T {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) throw new UserError(`${field}: give one of ${known.join(', ')}, not ${shown(value)}`);
  return found;
}

function optional<K extends string, T>(key: K, value: unknown, parse: (value: unknown) => T): Partial<Record<K, T>> {
  return value === undefined ? {} : ({ [key]: parse(value) } as Record<K, T>);
}

function listOf<T>(
  value: unknown,
  field: string,
  most: number,
  parse: (item: unknown, field: string) => T,
): readonly T[] {
  if (!Array.isArray(value) || value.length < 1 || value.length > most)
    throw new UserError(`${field}: give a list of 1 to ${String(most)} entries`);
  return value.map((item, i) => parse(item, `${field}[${String(i)}]`));
}

function numbers(value: unknown, field: string, most: number): readonly number[] {
  return listOf(value, field, most, numberOf);
}

/** Any finite number; the process that takes it knows the range. */
function numberOf(value: unknown, field: string): number {
  return numberWithin(value, field, -Number.MAX_VALUE, Number.MAX_VALUE);
}

const PROCESS_KEYS = {
  constant: ['rate'],
  poisson: ['rate'],
  gamma: ['rate', 'scv', 'shape'],
  weibull: ['rate', 'shape'],
  mmpp: ['rates', 'sojournMs', 'q', 'mode', 'count', 'path'],
  piecewise: ['points', 'spacing'],
} as const satisfies Record<Recipe['process'], readonly string[]>;
const COMMON_KEYS = ['process', 'durationMs', 'seed', 'profile', 'thin', 'scaleTime', 'superpose'];
const MODES = ['free', 'conditioned', 'pinned'] as const;
const MOST_SUPERPOSED = 64;
const MOST_DEPTH = 4;
