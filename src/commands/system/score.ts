import { Args, Command, Flags } from '@oclif/core';
import { SUMMARIES } from '../summaries.js';
import { textFlag, wholeNumber } from '../text-flag.js';
import { VARIANT_FLAGS } from './variant-flags.js';

/** `replay system score FILE RUN`: what a simulated system predicts of a run, beside the run. */
export class SystemScore extends Command {
  static override summary = SUMMARIES['system score'];
  static override description =
    'Predicts the requests of the run (median and 10-90 % over draws, with the model-error factor) and prints the real numbers ' +
    'beside them, with the ratio of both and whether each lies inside its range.';
  static override examples = [
    '<%= config.bin %> system score ./mine.yaml my-run',
    '<%= config.bin %> system score aws-lambda my-run --draws 100 --json',
  ];
  static override args = {
    system: Args.string({ required: true, description: 'a YAML file, or a name of `replay system list`' }),
    run: Args.string({ required: true, description: 'the folder of a run' }),
  };
  static override flags = {
    ...VARIANT_FLAGS,
    draws: textFlag('draws', wholeNumber(2, 10_000))({ default: 30, description: 'how many draws' }),
    seed: textFlag('seed', wholeNumber(0, Number.MAX_SAFE_INTEGER))({ default: 1, description: 'of the draws' }),
    'include-invalid': Flags.boolean({ description: 'take a run that is INVALID, too' }),
    json: Flags.boolean({ description: 'print as JSON' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(SystemScore);
    const { scoreRun } = await import('./score-run.js');
    process.stdout.write(await scoreRun(args.system, args.run, flags));
  }
}
