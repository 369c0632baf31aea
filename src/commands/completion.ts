import { Args, Command } from '@oclif/core';
import { SUMMARIES } from './summaries.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** `replay completion bash`: what the shell sources. */
export class Completion extends Command {
  static override summary = SUMMARIES.completion;
  static override description =
    'bash: source <(replay completion bash); zsh: source <(replay completion zsh); fish: replay completion fish | source.';
  static override examples = ['<%= config.bin %> completion bash', '<%= config.bin %> completion fish'];
  static override args = {
    shell: Args.string({ required: true, options: [...SHELLS], description: 'which shell' }),
  };

  override async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const { COMMANDS } = await import('./index.js');
    const { completionTable } = await import('./completion-table.js');
    const { COMPLETION_SCRIPTS } = await import('./completion-scripts.js');
    process.stdout.write(COMPLETION_SCRIPTS[args.shell as (typeof SHELLS)[number]](completionTable(COMMANDS)));
  }
}
