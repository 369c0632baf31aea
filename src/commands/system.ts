import { Args, Command, Flags } from '@oclif/core';
import { UserError } from '../errors.js';
import { SUMMARIES } from './summaries.js';

/** `replay system list | show NAME`: the serving systems that can be simulated, and what they are made of. */
export class System extends Command {
  static override summary = SUMMARIES.system;
  static override description =
    'list: the systems that replay ships, with their models and runtimes. show: every parameter of one, or of a YAML file, ' +
    'with its value, range, role and source. Run one with: replay TRACE --backend simulated --set system=NAME --time virtual';
  static override examples = [
    '<%= config.bin %> system list',
    '<%= config.bin %> system show aws-lambda',
    '<%= config.bin %> system show ./mine.yaml --model albert --json',
  ];
  static override args = {
    action: Args.string({ required: true, options: ['list', 'show'], description: 'what to do' }),
    system: Args.string({ description: 'show: a name from the list, or a YAML file' }),
  };
  static override flags = {
    model: Flags.string({ description: 'show: the variant that serves this model, such as albert' }),
    runtime: Flags.string({ description: 'show: the variant with this runtime, such as ort' }),
    json: Flags.boolean({ description: 'print as JSON' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(System);
    if (args.action === 'list') {
      if (args.system !== undefined)
        throw new UserError('replay system list takes no name; did you mean replay system show?');
      if (flags.model !== undefined || flags.runtime !== undefined)
        throw new UserError('--model and --runtime are for replay system show; the list holds all of them');
      const { listSystems } = await import('./system-list.js');
      process.stdout.write(await listSystems(flags.json));
      return;
    }
    if (args.system === undefined)
      throw new UserError('name a system: replay system show aws-lambda (replay system list shows them)');
    const { showSystem } = await import('./system-show.js');
    process.stdout.write(await showSystem(args.system, flags, flags.json));
  }
}
