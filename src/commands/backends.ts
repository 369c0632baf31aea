import { Command, Flags } from '@oclif/core';
import type { BackendPlugin, OptionInfo } from '../backends/backend.js';
import type { BuiltIn } from '../backends/registry.js';
import { environmentName } from '../replay/environment-options.js';
import { SUMMARIES } from './summaries.js';

/** `replay backends`: what can be measured, and with which options. */
export class Backends extends Command {
  static override summary = SUMMARIES.backends;
  static override description =
    'Each option is given by --set name=value, or by the environment as REPLAY_<BACKEND>_<OPTION>.';
  static override examples = ['<%= config.bin %> backends', '<%= config.bin %> backends --json'];
  static override flags = { json: Flags.boolean({ description: 'print as JSON' }) };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Backends);
    const { BACKENDS, importPlugin } = await import('../backends/registry.js');
    const { href } = new URL('../backends/registry.js', import.meta.url);
    const all = await Promise.all(
      BACKENDS.map(async (row) => ({ row, plugin: await importPlugin(new URL(row.module, href).href) })),
    );
    const text = flags.json
      ? `${JSON.stringify(
          all.map(({ plugin, row }) => facts(plugin, row)),
          null,
          1,
        )}\n`
      : all.map(({ plugin, row }) => render(plugin, row)).join('\n');
    process.stdout.write(text);
  }
}

function facts({ name, summary, waits, options = [] }: BackendPlugin, row: BuiltIn) {
  const described = options.map((option) => ({ ...option, environment: environmentName(name, option.name) }));
  return { name, aliases: row.aliases ?? [], summary, virtualTime: waits === 'on-the-clock', options: described };
}

function render({ name, summary, options = [] }: BackendPlugin, { aliases = [] }: BuiltIn): string {
  return `${[`${[name, ...aliases].join(', ')}: ${summary}`, ...options.map(optionLine)].join('\n')}\n`;
}

function optionLine({ name, value, summary, required = false }: OptionInfo): string {
  const what = `${name}=${value}`;
  const gap = what.length > 30 ? `\n${' '.repeat(34)}` : ' '.repeat(32 - what.length);
  return `  ${what}${gap}${summary}${required ? ' (needed)' : ''}`;
}
