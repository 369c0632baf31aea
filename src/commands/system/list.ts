import { Args, Command, Flags } from '@oclif/core';
import { UserError } from '../../errors.js';
import { SUMMARIES } from '../summaries.js';

/** `replay system list`: the serving systems that replay ships, with their models and runtimes. */
export class SystemList extends Command {
  static override summary = SUMMARIES['system list'];
  static override description = 'Run one with: replay TRACE --backend simulated --set system=NAME --time virtual';
  static override examples = ['<%= config.bin %> system list', '<%= config.bin %> system list --json'];
  static override args = { system: Args.string({ hidden: true }) };
  static override flags = { json: Flags.boolean({ description: 'print as JSON' }) };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(SystemList);
    if (args.system !== undefined)
      throw new UserError('replay system list takes no name; did you mean replay system show?');
    const { listSystems } = await import('./list-systems.js');
    process.stdout.write(await listSystems(flags.json));
  }
}
