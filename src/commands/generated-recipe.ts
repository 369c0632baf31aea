import { Flags, type Interfaces } from '@oclif/core';
import { UserError } from '../errors.js';
import { parseDurationMs, parseLengthMs, parseRatePerSecond } from '../text/quantities.js';
import { parsePoints } from './parse-stages.js';
import { parsePositive, textFlag, wholeNumber } from './text-flag.js';

/** The flags of `replay generate` that describe the arrivals. */
export const RECIPE_FLAGS = {
  rate: textFlag(
    'rate',
    parseRatePerSecond,
  )({ char: 'R', description: 'mean rate, such as 50/s (poisson, constant, gamma, weibull)' }),
  duration: textFlag('duration', parseLengthMs)({ char: 'd', description: 'length, such as 30s or 10m' }),
  seed: textFlag(
    'seed',
    wholeNumber(0, Number.MAX_SAFE_INTEGER),
  )({ description: 'seed of all randomness; 1 unless given, a preset has its own' }),
  scv: textFlag(
    'scv',
    parsePositive,
  )({ description: 'gamma: squared coefficient of variation of the gaps (1 is Poisson)' }),
  shape: textFlag(
    'shape',
    parsePositive,
  )({ description: 'weibull: shape of the gaps (1 is Poisson, less is burstier)' }),
  preset: Flags.string({
    options: ['workload-40', 'workload-120', 'workload-200'],
    description: 'mmpp: a workload of the study, with its exact number of requests',
  }),
  rates: textFlag('rates', parseRates)({ description: 'mmpp: rate of each state, such as 10,120 (per second)' }),
  sojourn: textFlag(
    'sojourn',
    parseSojourn,
  )({ description: 'mmpp: mean time in each state, such as 75s,62.5s (or one for all)' }),
  matrix: textFlag(
    'matrix',
    parseMatrix,
  )({
    description: 'mmpp: generator matrix in place of --sojourn, rows by semicolons, per second: -0.1,0.1;0.2,-0.2',
  }),
  count: textFlag(
    'count',
    wholeNumber(1, 4294967295),
  )({ char: 'n', description: 'mmpp: exactly this many requests (conditioned), in place of a random number' }),
  free: Flags.boolean({ description: 'mmpp: with --preset, a random number of requests' }),
  path: textFlag(
    'path',
    parsePath,
  )({ description: 'mmpp: the path given, as state:time, such as 0:75s,1:75s,0:50s,1:50s' }),
  stages: textFlag(
    'stages',
    parsePoints,
  )({
    aliases: ['points'],
    description: 'piecewise: the rate at each time, as time:rate, such as 0s:10,30s:100,60s:10; straight lines between',
  }),
  thin: textFlag('thin', parsePositive)({ description: 'keep each arrival with this probability' }),
  scale: textFlag('scale', parsePositive)({ description: 'multiply all times by this' }),
};

export const PROCESSES = ['mmpp', 'poisson', 'constant', 'gamma', 'weibull', 'piecewise'] as const;
type Process = (typeof PROCESSES)[number];
export type RecipeFlags = Interfaces.InferredFlags<typeof RECIPE_FLAGS>;

/** The flags that not every process has. */
const OWN_FLAGS: Readonly<Record<Process, readonly (keyof RecipeFlags)[]>> = {
  mmpp: ['preset', 'rates', 'sojourn', 'matrix', 'count', 'free', 'path'],
  poisson: ['rate'],
  constant: ['rate'],
  gamma: ['rate', 'scv'],
  weibull: ['rate', 'shape'],
  piecewise: ['stages'],
};

/** The recipe that the flags describe, not checked any further. Throws `UserError` for flags that say nothing of this process, or too little. */
export async function generatedRecipe(process: Process, flags: RecipeFlags): Promise<Record<string, unknown>> {
  checkOwn(process, flags);
  const own = flags.preset === undefined ? fromFlags(process, flags) : await fromPreset(flags);
  return Object.fromEntries(
    Object.entries({ ...own, thin: flags.thin, scaleTime: flags.scale }).filter(([, value]) => value !== undefined),
  );
}

function checkOwn(process: Process, flags: RecipeFlags): void {
  const own = OWN_FLAGS[process];
  const foreign = Object.values(OWN_FLAGS)
    .flat()
    .find((name) => !own.includes(name) && given(flags[name]));
  if (foreign === undefined) return;
  const takers = PROCESSES.filter((name) => OWN_FLAGS[name].includes(foreign));
  throw new UserError(
    `--${foreign} is for ${takers.join(', ')}; ${process} takes ${own.map((name) => `--${name}`).join(', ')}`,
  );
}

function given(value: unknown): boolean {
  return value !== undefined && value !== false;
}

async function fromPreset(flags: RecipeFlags): Promise<Record<string, unknown>> {
  const ofPreset = (['rates', 'sojourn', 'matrix'] as const).find((name) => given(flags[name]));
  if (ofPreset !== undefined) throw new UserError(`--preset has its own --${ofPreset}; leave one of them out`);
  if (flags.free && flags.count !== undefined)
    throw new UserError('--free leaves the number of requests to chance, and --count fixes it; give one');
  const { presetRecipe, PRESET_NAMES } = await import('../generator/presets.js');
  const name = PRESET_NAMES.find((preset) => preset === flags.preset);
  if (name === undefined) throw new UserError(`--preset: give one of ${PRESET_NAMES.join(', ')}`);
  const { count, mode, durationMs, ...recipe } = presetRecipe(name, flags.seed);
  const free = flags.free || flags.path !== undefined;
  return {
    ...recipe,
    durationMs: flags.duration ?? durationMs,
    path: flags.path,
    ...(free ? { count: flags.count } : { mode, count: flags.count ?? count }),
  };
}

function fromFlags(process: Process, flags: RecipeFlags): Record<string, unknown> {
  const { seed = 1, rate, scv = 1, shape, stages } = flags;
  if (process === 'mmpp') return { process, seed, ...mmppFields(flags) };
  if (process === 'piecewise') {
    if (stages === undefined) throw new UserError('piecewise needs --stages, such as --stages 0s:10,30s:100,60s:10');
    return { process, seed, points: stages, durationMs: flags.duration ?? lengthOf(stages.at(-1)?.[0]) };
  }
  if (rate === undefined) throw new UserError(`${process} needs --rate, such as --rate 50/s`);
  if (process === 'weibull' && shape === undefined)
    throw new UserError('weibull needs --shape, such as --shape 0.7 (1 is Poisson, less is burstier)');
  const own = { gamma: { scv }, weibull: { shape } };
  return {
    process,
    seed,
    rate,
    durationMs: lengthOf(flags.duration),
    ...(process === 'gamma' || process === 'weibull' ? own[process] : {}),
  };
}

function mmppFields({ rates, sojourn, matrix, path, count, free, duration }: RecipeFlags): Record<string, unknown> {
  if (rates === undefined)
    throw new UserError('mmpp needs --rates, such as --rates 10,120 --sojourn 75s,62.5s, or a --preset');
  if (free) throw new UserError('--free is for --preset; without one the number of requests is random already');
  if (sojourn !== undefined && matrix !== undefined)
    throw new UserError('--sojourn and --matrix are two ways to say the same; give one');
  if (sojourn === undefined && matrix === undefined && path === undefined)
    throw new UserError('mmpp needs the mean time in each state: add --sojourn 75s,62.5s (or --matrix, or --path)');
  const pathMs = path?.reduce((sum, stay) => sum + stay.durationMs, 0);
  return { rates, sojournMs: sojourn, q: matrix, count, path, durationMs: lengthOf(duration ?? pathMs) };
}

function lengthOf(ms: number | undefined): number {
  if (ms === undefined) throw new UserError('--duration is missing; give a length such as --duration 10m');
  if (ms === 0) throw new UserError('the trace has no length; give --duration 10m, or a last time above 0');
  return ms;
}

function parseRates(text: string): number[] {
  return text.split(',').map((part) => (Number(part) === 0 && part.trim() !== '' ? 0 : parseRatePerSecond(part)));
}

/** One for all states, or one for each. */
function parseSojourn(text: string): number | number[] {
  return text.includes(',') ? text.split(',').map(parseDurationMs) : parseDurationMs(text);
}

function parseMatrix(text: string): number[][] {
  const rows = text.split(';').map((row) => row.split(',').map((part) => (part.trim() === '' ? NaN : Number(part))));
  if (!rows.flat().every(Number.isFinite)) throw new Error('give numbers: columns by commas, rows by semicolons');
  return rows;
}

function parsePath(text: string): { state: number; durationMs: number }[] {
  return text.split(',').map((part) => {
    const [state, time, more] = part.split(':');
    if (time === undefined || more !== undefined || !/^\d+$/.test(state ?? ''))
      throw new Error('give state:time pairs such as 0:75s,1:50s');
    return { state: Number(state), durationMs: parseDurationMs(time) };
  });
}
