import { counted } from '../text/counted.js';
import { Args, Command, Flags } from '@oclif/core';
import { closeArrivals, readArrivals } from '../trace-file/arrival-store.js';
import type { Trace } from '../trace.js';
import { generatedRecipe, PROCESSES, RECIPE_FLAGS } from './generated-recipe.js';
import { SUMMARIES } from './summaries.js';

/** `replay generate PROCESS ...`: a trace from a seeded arrival process. */
export class Generate extends Command {
  static override summary = SUMMARIES.generate;
  static override description =
    'The same flags and seed make the same bytes everywhere. Without -o the trace goes to standard output.';
  static override examples = [
    '<%= config.bin %> generate mmpp --preset workload-120 --seed 7 -o trace.json',
    '<%= config.bin %> generate mmpp --rates 10,120 --sojourn 75s,62.5s --duration 10m --seed 1 -o trace.json',
    '<%= config.bin %> generate piecewise --stages 0s:10,30s:100,60s:10 -o ramp.json',
    '<%= config.bin %> generate poisson --rate 50/s --duration 1m | <%= config.bin %> - --backend onnx',
  ];
  static override args = {
    process: Args.custom<(typeof PROCESSES)[number]>({ options: [...PROCESSES] })({
      required: true,
      description: 'the arrival process',
    }),
  };
  static override flags = {
    ...RECIPE_FLAGS,
    name: Flags.string({ description: 'name of the trace' }),
    output: Flags.string({ char: 'o', description: 'file to write: .json, .jsonl or .csv, each also .gz' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Generate);
    const raw = await generatedRecipe(args.process, flags);
    const { storedRecipe } = await import('./stored-recipe.js');
    const trace = storedRecipe(raw, flags.name ?? flags.preset ?? nameOf(args.process, flags.rate));
    try {
      await write(trace, flags.output);
    } finally {
      closeArrivals(trace.store);
    }
    if (flags.output !== undefined)
      this.logToStderr(`${flags.output}: ${counted(trace.count, 'arrival')} in ${String(trace.durationMs / 1000)} s`);
  }
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
