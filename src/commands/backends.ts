import { Command, Flags } from '@oclif/core';
import type { BackendPlugin, OptionInfo } from '../backends/backend.js';
import { environmentName } from '../replay/environment-options.js';

/** `replay backends`: what can be measured, and with which options. */
export class Backends extends Command {
  static override summary = 'List the built-in backends and their options.';
  static override description =
    'Each option is given by --set name=value, or by the environment as REPLAY_<BACKEND>_<OPTION>.';
  static override examples = ['<%= config.bin %> backends', '<%= config.bin %> backends --json'];
  static override flags = { json: Flags.boolean({ description: 'print as JSON' }) };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Backends);
    const { BACKENDS, importPlugin } = await import('../backends/registry.js');
    const { href } = new URL('../backends/registry.js', import.meta.url);
    const plugins = await Promise.all(BACKENDS.map(({ module }) => importPlugin(new URL(module, href).href)));
    process.stdout.write(
      flags.json ? `${JSON.stringify(plugins.map(facts), null, 1)}\n` : plugins.map(render).join('\n'),
    );
  }
}

function facts({ name, summary, waits, options = [] }: BackendPlugin) {
  const described = options.map((option) => ({ ...option, environment: environmentName(name, option.name) }));
  return { name, summary, virtualTime: waits === 'on-the-clock', options: described };
}

function render({ name, summary, options = [] }: BackendPlugin): string {
  return `${[`${name}: ${summary}`, ...options.map(optionLine)].join('\n')}\n`;
}

function optionLine({ name, value, summary, required = false }: OptionInfo): string {
  const what = `${name}=${value}`;
  const gap = what.length > 30 ? `\n${' '.repeat(34)}` : ' '.repeat(32 - what.length);
  return `  ${what}${gap}${summary}${required ? ' (needed)' : ''}`;
}
