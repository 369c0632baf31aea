import { Args, Command, Flags } from '@oclif/core';
import { UserError } from '../../errors.js';
import { SUMMARIES } from '../summaries.js';
import { VARIANT_FLAGS } from './variant-flags.js';

/** `replay system show NAME`: what a simulated system is made of, and where each number comes from. */
export class SystemShow extends Command {
  static override summary = SUMMARIES['system show'];
  static override examples = [
    '<%= config.bin %> system show aws-lambda',
    '<%= config.bin %> system show ./mine.yaml --model albert --json',
  ];
  static override args = {
    system: Args.string({ description: 'a name of `replay system list`, or a YAML file' }),
  };
  static override flags = { ...VARIANT_FLAGS, json: Flags.boolean({ description: 'print as JSON' }) };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(SystemShow);
    if (args.system === undefined)
      throw new UserError('name a system: replay system show aws-lambda (replay system list shows them)');
    const { showSystem } = await import('./show-system.js');
    process.stdout.write(await showSystem(args.system, flags, flags.json));
  }
}
