import { Args, Command, Flags } from '@oclif/core';
import { SUMMARIES } from '../summaries.js';
import { VARIANT_FLAGS } from './variant-flags.js';

/** `replay system fit RUN... --like NAME -o FILE`: a simulated system whose numbers come from own runs. */
export class SystemFit extends Command {
  static override summary = SUMMARIES['system fit'];
  static override description =
    'Reads run folders of one service, or folders of several, such as replay system probe makes. What the runs did not exercise ' +
    'keeps the range of the system that --like names. A quarter of the time is held back, and the fit is checked on it.';
  static override examples = [
    '<%= config.bin %> system fit runs/probe --like aws-lambda -o mine.yaml',
    '<%= config.bin %> system fit my-run --like ./theirs.yaml -o mine.yaml --json',
  ];
  static override args = {
    runs: Args.string({ multiple: true, description: 'folders of runs, or folders of such folders' }),
  };
  static override flags = {
    like: Flags.string({
      description: 'the kind of system: a name of `replay system list`, or a YAML file (required)',
    }),
    out: Flags.string({
      char: 'o',
      aliases: ['output'],
      description: 'the YAML file to write, or - for standard output (required)',
    }),
    ...VARIANT_FLAGS,
    'include-invalid': Flags.boolean({ description: 'take INVALID runs, too: delays of the sender then count as the service’s' }), // prettier-ignore
    json: Flags.boolean({ description: 'print what was found as JSON' }),
    quiet: Flags.boolean({ char: 'q', description: 'no progress' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(SystemFit);
    const { fitFromRuns } = await import('./fit-from-runs.js');
    process.stdout.write(await fitFromRuns(args.runs ?? [], flags));
  }
}
