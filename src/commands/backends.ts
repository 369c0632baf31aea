import { Args, Command, Flags } from '@oclif/core';
import type { BackendPlugin, OptionInfo } from '../backends/backend.js';
import { environmentName } from '../plan/environment-options.js';
import { loadPlugin } from './load-plugin.js';
import { SUMMARIES } from './summaries.js';

/** `replay backends`: what can be measured, and with which options. */
export class Backends extends Command {
  static override summary = SUMMARIES.backends;
  static override description =
    'Each option is given by --set name=value, or by the environment as REPLAY_<BACKEND>_<OPTION>.';
  static override examples = [
    '<%= config.bin %> backends',
    '<%= config.bin %> backends http',
    '<%= config.bin %> backends ./my-backend.js --json',
  ];
  static override args = {
    backend: Args.string({
      description: 'one of them, or the path or package of a plugin; all that are built in unless given',
    }),
  };
  static override flags = { json: Flags.boolean({ description: 'print as JSON' }) };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Backends);
    const described = args.backend === undefined ? await allBuiltIn() : [await named(args.backend)];
    const text = flags.json ? `${JSON.stringify(described.map(facts), null, 1)}\n` : described.map(render).join('\n');
    process.stdout.write(text);
  }
}

/** A plugin and what else it may be called. */
interface Described {
  readonly plugin: BackendPlugin;
  readonly aliases: readonly string[];
}

async function allBuiltIn(): Promise<Described[]> {
  const { BACKENDS } = await import('../backends/registry.js');
  return Promise.all(BACKENDS.map(({ name }) => named(name)));
}

async function named(name: string): Promise<Described> {
  const { BACKENDS } = await import('../backends/registry.js');
  const plugin = await loadPlugin(name, process.cwd());
  return { plugin, aliases: BACKENDS.find((row) => row.name === plugin.name)?.aliases ?? [] };
}

function facts({ plugin: { name, summary, waits, options = [] }, aliases }: Described) {
  const described = options.map((option) => ({ ...option, environment: environmentName(name, option.name) }));
  return { name, aliases, summary, virtualTime: waits !== 'on-the-world', options: described };
}

function render({ plugin: { name, summary, options = [] }, aliases }: Described): string {
  return `${[`${[name, ...aliases].join(', ')}: ${summary}`, ...options.map(optionLine)].join('\n')}\n`;
}

function optionLine({ name, value, summary, required = false }: OptionInfo): string {
  const what = `${name}=${value}`;
  const gap = what.length > 30 ? `\n${' '.repeat(34)}` : ' '.repeat(32 - what.length);
  return `  ${what}${gap}${summary}${required ? ' (needed)' : ''}`;
}
