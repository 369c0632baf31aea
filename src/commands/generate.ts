import { Args, Command, Flags, type Interfaces } from '@oclif/core';
import { closeArrivals, readArrivals } from '../arrival-store.js';
import { UserError } from '../errors.js';
import { parseDurationMs, parseRatePerSecond } from '../quantities.js';
import type { Trace } from '../trace.js';
import { SUMMARIES } from './summaries.js';
import { parsePositive, textFlag, wholeNumber } from './text-flag.js';

const PROCESSES = ['mmpp', 'poisson', 'constant', 'gamma', 'piecewise'] as const;

/** `replay generate PROCESS ...`: a trace from a seeded arrival process. */
export class Generate extends Command {
  static override summary = SUMMARIES.generate;
  static override description =
    'The same flags and seed make the same bytes everywhere. Without -o the trace goes to standard output.';
  static override examples = [
    '<%= config.bin %> generate mmpp --preset workload-120 --seed 7 -o trace.json',
    '<%= config.bin %> generate mmpp --rates 10,120 --sojourn 75s,62.5s --duration 10m --seed 1 -o trace.json',
    '<%= config.bin %> generate poisson --rate 50/s --duration 1m | <%= config.bin %> - --backend onnx',
  ];
  static override args = {
    process: Args.string({ required: true, options: [...PROCESSES], description: 'the arrival process' }),
  };
  static override flags = {
    rate: textFlag(
      'rate',
      parseRatePerSecond,
    )({ char: 'R', description: 'mean rate, such as 50/s (poisson, constant, gamma)' }),
    duration: textFlag('duration', parseDurationMs)({ char: 'd', description: 'length, such as 30s or 10m' }),
    seed: textFlag(
      'seed',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )({ description: 'seed of all randomness; 1 unless given, a preset has its own' }),
    scv: textFlag(
      'scv',
      parsePositive,
    )({ description: 'gamma: squared coefficient of variation of the gaps (1 is Poisson)' }),
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
    points: textFlag(
      'points',
      parsePoints,
    )({ description: 'piecewise: the rate curve, as time:rate, such as 0s:10,30s:100,60s:10' }),
    thin: textFlag('thin', parsePositive)({ description: 'keep each arrival with this probability' }),
    scale: textFlag('scale', parsePositive)({ description: 'multiply all times by this' }),
    name: Flags.string({ description: 'name of the trace' }),
    output: Flags.string({ char: 'o', description: 'file to write: .json, .jsonl or .csv, each also .gz' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Generate);
    const raw = await recipeOf(args.process, flags);
    const { storedRecipe } = await import('./stored-recipe.js');
    const trace = storedRecipe(
      raw,
      flags.name ??
        flags.preset ??
        `${args.process}-${String(Math.round(Number(raw['rate'] ?? 0))) || ''}`.replace(/-0?$/, ''),
    );
    try {
      await write(trace, flags.output);
    } finally {
      closeArrivals(trace.store);
    }
    if (flags.output !== undefined)
      this.logToStderr(`${flags.output}: ${String(trace.count)} arrivals in ${String(trace.durationMs / 1000)} s`);
  }
}

async function write({ name, durationMs, recipe, store }: Trace, output: string | undefined): Promise<void> {
  const { writeTrace } = await import('../trace-file/write-trace.js');
  const facts = { name, durationMs, ...(recipe === undefined ? {} : { recipe }) };
  await writeTrace(facts, readArrivals(store), output ?? { stream: process.stdout, format: 'json' });
}

type GenerateFlags = Interfaces.InferredFlags<typeof Generate.flags>;

async function recipeOf(process: string, flags: GenerateFlags): Promise<Record<string, unknown>> {
  const all = flags.preset === undefined ? fromFlags(process, flags) : await fromPreset(process, flags);
  return Object.fromEntries(
    Object.entries({ ...all, thin: flags.thin, scaleTime: flags.scale }).filter(([, value]) => value !== undefined),
  );
}

async function fromPreset(process: string, flags: GenerateFlags): Promise<Record<string, unknown>> {
  if (process !== 'mmpp')
    throw new UserError(`--preset belongs to mmpp; write: replay generate mmpp --preset ${String(flags.preset)}`);
  const { presetRecipe, PRESET_NAMES } = await import('../generator/presets.js');
  const name = PRESET_NAMES.find((preset) => preset === flags.preset);
  if (name === undefined) throw new UserError(`--preset: give one of ${PRESET_NAMES.join(', ')}`);
  const { count, mode, durationMs, ...recipe } = presetRecipe(name, flags.seed);
  const free = flags.free || flags.path !== undefined;
  return {
    ...recipe,
    durationMs: flags.duration ?? durationMs,
    path: flags.path,
    ...(free ? {} : { mode, count: flags.count ?? count }),
  };
}

function fromFlags(process: string, flags: GenerateFlags): Record<string, unknown> {
  const pathMs = flags.path?.reduce((sum, stay) => sum + stay.durationMs, 0);
  const pointsMs = flags.points?.at(-1)?.atMs;
  const durationMs = flags.duration ?? pathMs ?? pointsMs;
  if (durationMs === undefined) throw new UserError('--duration is missing; give a length such as --duration 10m');
  const { seed = 1, rate, scv, rates, sojourn, matrix, count, path, points } = flags;
  if (process === 'mmpp') {
    if (rates === undefined)
      throw new UserError('mmpp needs --rates, such as --rates 10,120 --sojourn 75s,62.5s, or a --preset');
    return { process, durationMs, seed, rates, sojournMs: sojourn, q: matrix, count, path };
  }
  if (process === 'piecewise') return { process, durationMs, seed, points };
  if (rate === undefined) throw new UserError(`${process} needs --rate, such as --rate 50/s`);
  return { process, durationMs, seed, rate, ...(process === 'gamma' ? { scv: scv ?? 1 } : {}) };
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

function parsePoints(text: string): { atMs: number; ratePerSecond: number }[] {
  return text.split(',').map((part) => {
    const [time, rate, more] = part.split(':');
    if (time === undefined || rate === undefined || more !== undefined)
      throw new Error('give time:rate pairs such as 0s:10,30s:100');
    return { atMs: parseDurationMs(time), ratePerSecond: Number(rate) === 0 ? 0 : parseRatePerSecond(rate) };
  });
}
