import { Flags } from '@oclif/core';
import type { ConfigKey } from '../config/config-key.js';

/** What says where the other flags of a run stand. */
export const CONFIG_FLAG = {
  config: Flags.string({ description: 'a YAML file of these flags; `replay init` writes one' }),
};

/** The flags of a command by their names. */
export type FlagTable = Readonly<Record<string, object>>;

/** The part of a flag's definition that is needed here. */
export interface FlagFacts {
  readonly type: 'boolean' | 'option';
  readonly description?: string;
  readonly multiple?: boolean;
  readonly options?: readonly string[];
  readonly aliases?: readonly string[];
  parse(text: string, context: object, flag: object): Promise<unknown>;
}

/** The trace and every flag of a run as keys, whatever flags it has. */
export function configKeys(flags: FlagTable): ConfigKey[] {
  const keys = Object.entries(flags)
    .filter(([name]) => name !== 'config')
    .map(([name, flag]) => keyOf(name, flag as FlagFacts));
  return [{ name: 'trace', kind: 'text', summary: 'trace file, or - for standard input' }, ...keys];
}

function keyOf(name: string, { type, multiple = false, options, aliases, description = '' }: FlagFacts): ConfigKey {
  const kind = type === 'boolean' ? 'yes-no' : !multiple ? 'text' : name === 'set' ? 'map' : 'list';
  return {
    name,
    kind,
    summary: description,
    ...(options === undefined ? {} : { choices: options }),
    ...(aliases === undefined ? {} : { aliases }),
  };
}
