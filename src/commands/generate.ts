import { counted } from '../text/counted.js';
import { Args, Command, Flags } from '@oclif/core';
import { closeArrivals, readArrivals } from '../trace-file/arrival-store.js';
import type { Trace } from '../trace.js';
import { UserError } from '../errors.js';
import { generatedRecipe, PROCESSES, RECIPE_FLAGS, type RecipeFlags } from './generated-recipe.js';
import { outputFile, outputFlag } from './output-flag.js';
import { recipeFromFile } from './recipe-from-file.js';
import { SUMMARIES } from './summaries.js';
import { parsePositive, textFlag } from './text-flag.js';

/** `replay generate PROCESS ...`: a trace from a seeded arrival process. */
export class Generate extends Command {
  static override summary = SUMMARIES.generate;
  static override description =
    'The same flags and seed make the same bytes everywhere. Without -o the trace goes to standard output.';
  static override examples = [
    '<%= config.bin %> generate mmpp --preset workload-120 --seed 7 -o trace.json',
    '<%= config.bin %> generate mmpp --rates 10,120 --sojourn 75s,62.5s --duration 10m --seed 1 -o trace.json',
    '<%= config.bin %> generate piecewise --stages 0s:10,30s:100,60s:10 -o ramp.json',
    '<%= config.bin %> generate --recipe recipe.json --duration 10m --seed 3 -o long.json',
    '<%= config.bin %> generate poisson --rate 50/s --duration 1m | <%= config.bin %> - --backend onnx',
  ];
  static override args = {
    process: Args.custom<(typeof PROCESSES)[number]>({ options: [...PROCESSES] })({
      description: 'the arrival process; none with --recipe',
    }),
  };
  static override flags = {
    ...RECIPE_FLAGS,
    recipe: Flags.string({
      description: 'a recipe of `replay trace fit`, or of a trace; --duration and --seed in place of its own',
    }),
    load: textFlag(
      'load',
      parsePositive,
    )({ description: 'with --recipe: multiply its rates by this, such as 10; when they change stays as it is' }),
    name: Flags.string({ description: 'name of the trace' }),
    output: outputFlag(),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Generate);
    const { raw, called } = await asked(args.process, flags);
    const { storedRecipe } = await import('./stored-recipe.js');
    const output = outputFile(flags.output);
    const trace = storedRecipe(raw, flags.name ?? called);
    try {
      await write(trace, output);
    } finally {
      closeArrivals(trace.store);
    }
    if (output !== undefined)
      this.logToStderr(`${output}: ${counted(trace.count, 'arrival')} in ${String(trace.durationMs / 1000)} s`);
  }
}

interface Asked {
  readonly raw: Readonly<Record<string, unknown>>;
  /** A name for its trace. */
  readonly called: string;
}

async function asked(
  process: (typeof PROCESSES)[number] | undefined,
  flags: RecipeFlags & { readonly recipe: string | undefined; readonly load: number | undefined },
): Promise<Asked> {
  if (flags.recipe !== undefined) return recipeFromFile(flags.recipe, process, flags);
  if (flags.load !== undefined)
    throw new UserError('--load multiplies the rates of a --recipe; give one, or leave it out');
  if (process === undefined)
    throw new UserError(`name a process (${PROCESSES.join(', ')}), or give --recipe recipe.json`);
  return { raw: await generatedRecipe(process, flags), called: flags.preset ?? nameOf(process, flags.rate) };
}

/** `poisson-50`; of a rate below 0.5 the process alone. */
function nameOf(process: string, rate = 0): string {
  const whole = Math.round(rate);
  return whole === 0 ? process : `${process}-${String(whole)}`;
}

async function write({ name, durationMs, recipe, store }: Trace, output: string | undefined): Promise<void> {
  const { writeTrace } = await import('../trace-file/write-trace.js');
  const facts = { name, durationMs, ...(recipe === undefined ? {} : { recipe }) };
  await writeTrace(facts, readArrivals(store), output ?? { stream: process.stdout, format: 'json' });
}
