import { Flags } from '@oclif/core';
import { printable, UserError } from '../errors.js';

const MOST_TAGS = 32;
const MOST_CHARACTERS = 200;

/** The flag of what the user says of a run. */
export const TAG_FLAG = {
  tag: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    description: 'what you say of the run, key=value, kept in run.json and the report; repeatable',
  }),
};

/** The tags by their keys. Throws `UserError`, also for a key given twice. */
export function givenTags(texts: readonly string[] | undefined): { readonly tags?: Readonly<Record<string, string>> } {
  if (texts === undefined) return {};
  const pairs = texts.map(readTag);
  const tags = new Map(pairs);
  const twice = pairs.find(([key], i) => pairs.findIndex(([other]) => other === key) !== i);
  if (twice !== undefined) throw new UserError(`--tag ${twice[0]} is given twice; give it once`);
  if (tags.size > MOST_TAGS) throw new UserError(`--tag: give at most ${String(MOST_TAGS)}`);
  return { tags: Object.fromEntries(tags) };
}

function readTag(text: string): readonly [key: string, value: string] {
  const [, key = '', value = ''] = /^([\w.-]{1,60})=(.*)$/s.exec(text) ?? [];
  if (key === '' || key === '__proto__')
    throw new UserError(`--tag ${printable(text, 60)}: give key=value, the key of letters, digits, dots and dashes`);
  if (value.length > MOST_CHARACTERS || printable(value) !== value)
    throw new UserError(`--tag ${key}: give at most ${String(MOST_CHARACTERS)} characters that can be printed`);
  return [key, value];
}
