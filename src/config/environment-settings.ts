import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';
import type { ConfigKey, Setting } from './config-key.js';

const PREFIX = 'REPLAY_RUN_';

/** `max-in-flight` is `REPLAY_RUN_MAX_IN_FLIGHT`. */
export function variableOf({ name }: Pick<ConfigKey, 'name'>): string {
  return `${PREFIX}${name.replaceAll('-', '_').toUpperCase()}`;
}

/**
 * What the environment sets of a run; lists and maps hold an entry a line, and an empty variable is none. Throws `UserError`
 * at a variable that looks like one of these and is not: one that is mistyped would be left out silently.
 */
export function environmentSettings(
  env: Readonly<Record<string, string | undefined>>,
  keys: readonly ConfigKey[],
): Setting[] {
  const byVariable = new Map(
    keys.flatMap((key) => [key.name, ...(key.aliases ?? [])].map((name) => [variableOf({ name }), key] as const)),
  );
  const given = new Map<ConfigKey, string>();
  return Object.entries(env).flatMap(([name, value]) => {
    if (!name.startsWith(PREFIX) || value === undefined || value === '') return [];
    const key = byVariable.get(name);
    if (key === undefined) throw unknownVariable(name, [...byVariable.keys()]);
    const other = given.get(key);
    if (other !== undefined)
      throw new UserError(`environment variables ${other} and ${name} are two names of one flag; unset one of them`);
    given.set(key, name);
    const several = key.kind === 'list' || key.kind === 'map';
    const texts = several ? value.split('\n').filter((line) => line.trim() !== '') : [value];
    return [{ key, texts: texts.map((text) => ({ text, from: name })) }];
  });
}

function unknownVariable(name: string, known: readonly string[]): UserError {
  const words = known.map((variable) => variable.slice(PREFIX.length));
  const near = nearest(name.slice(PREFIX.length), words);
  const hint = near === undefined ? 'see replay run --help for the flags' : `did you mean ${PREFIX}${near}?`;
  return new UserError(`environment variable ${printable(name, 60)} belongs to no flag; ${hint} (or unset it)`);
}
