import { Args, Command, Flags } from '@oclif/core';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diskTrouble } from '../host/disk-trouble.js';
import { printable, UserError } from '../errors.js';
import { configKeys } from './config-flags.js';
import { RUN_FLAGS } from './run-flags.js';
import { SUMMARIES } from './summaries.js';

/** `replay init [FILE]`: a commented file for `replay --config`. */
export class Init extends Command {
  static override summary = SUMMARIES.init;
  static override description =
    'Every flag of a run stands in it, most as comments. It runs as it is, in simulated time, without a service.';
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init my-run.yaml',
    '<%= config.bin %> init --schema > config.schema.json',
  ];
  static override args = {
    file: Args.string({ default: 'replay.yaml', description: 'file to write; it must be new' }),
  };
  static override flags = { schema: Flags.boolean({ description: 'print the JSON Schema of such files instead' }) };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Init);
    const keys = configKeys(RUN_FLAGS);
    if (flags.schema) {
      const { configSchema } = await import('../config/config-schema.js');
      process.stdout.write(configSchema(keys));
      return;
    }
    const { configTemplate } = await import('../config/config-template.js');
    await writeNew(args.file, configTemplate(keys, schemaSeenFrom(args.file)));
    this.logToStderr(`${args.file} is written; now: replay --config ${args.file}`);
  }
}

/** Editors take a path that starts at the file. */
function schemaSeenFrom(file: string): string {
  const schema = fileURLToPath(new URL('../../schemas/config.schema.json', import.meta.url));
  const path = relative(dirname(resolve(file)), schema);
  return path.startsWith('.') ? path : `./${path}`;
}

async function writeNew(path: string, text: string): Promise<void> {
  const { writeNewFile } = await import('../host/whole-file.js');
  try {
    writeNewFile(path, text);
  } catch (thrown) {
    const exists = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
    const why = exists ? 'it exists and is left as it is; name another file' : diskTrouble(thrown, 'name another file');
    throw why === undefined ? thrown : new UserError(`${printable(path)}: ${why}`);
  }
}
