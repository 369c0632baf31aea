import { Command, Flags } from '@oclif/core';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { printable, UserError } from '../../errors.js';
import { diskTrouble } from '../../host/disk-trouble.js';
import type { Traffic } from '../../transform/traffic.js';
import { SUMMARIES } from '../summaries.js';
import { TRANSFORM_ARGS, TRANSFORM_FLAGS, transformed } from './transform-flags.js';

/** `replay trace anonymise TRACE` */
export class TraceAnonymise extends Command {
  static override summary = SUMMARIES['trace anonymise'];
  static override description = 'Texts become keyed hashes; payloads, name and recipe are dropped. Numbers stay.';
  static override examples = ['<%= config.bin %> trace anonymise functions.json --keep model -o anonymous.json'];
  static override args = TRANSFORM_ARGS;
  static override flags = {
    ...TRANSFORM_FLAGS,
    keep: Flags.string({ multiple: true, description: 'leave the texts of this column as they are' }),
    key: Flags.string({
      description: 'a file with the key of the hashes, so that several traces have the same; a random one unless given',
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(TraceAnonymise);
    const key = flags.key === undefined ? randomBytes(32) : readKey(flags.key);
    const { anonymise } = await import('../../transform/anonymise.js');
    const how = { forgets: true };
    await transformed(this, [args.trace], flags, ([trace]) => anonymise(trace as Traffic, key, flags.keep ?? []), how);
  }
}

function readKey(path: string): Uint8Array {
  let key: Uint8Array;
  try {
    key = readFileSync(path);
  } catch (thrown) {
    const trouble = diskTrouble(thrown);
    throw trouble === undefined ? thrown : new UserError(`--key ${printable(path)}: ${trouble}`);
  }
  if (key.length < 16)
    throw new UserError(`--key ${printable(path)}: it is shorter than 16 bytes, and could be guessed`);
  return key;
}
