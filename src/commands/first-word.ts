import { existsSync } from 'node:fs';
import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { SUMMARIES } from './summaries.js';

/** What other tools call a command. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ...{
    attack: 'run',
    start: 'run',
    exec: 'run',
    bench: 'run',
    test: 'run',
    load: 'run',
    dump: 'export',
    encode: 'export',
  },
  ...{ list: 'backends', plot: 'report', show: 'report', diff: 'compare', price: 'estimate', cost: 'estimate' },
};

/**
 * A first word that is no command stands for a trace file. Throws `UserError` with the command that was meant where there is
 * no such file, and the word does not look like the path of one.
 */
export function checkFirstWord([word = '', ...rest]: readonly string[]): void {
  if (!/^[A-Za-z][\w-]*$/.test(word) || existsSync(word)) return;
  if (word === 'version') throw new UserError('there is no command version; write replay --version');
  const meant = ELSEWHERE[word] ?? nearest(word, Object.keys(SUMMARIES));
  const hint =
    meant === undefined ? 'replay --help lists the commands' : `did you mean replay ${[meant, ...rest].join(' ')}?`;
  throw new UserError(
    `there is no command ${printable(word, 60)}, and no trace file of this name; ${printable(hint, 200)}`,
  );
}

/** The error for `replay TOPIC WORD` where there is no such command. */
export function unknownSecondWord(topic: string, [word = '']: readonly string[]): UserError {
  const known = Object.keys(SUMMARIES).flatMap((name) =>
    name.startsWith(`${topic} `) ? [name.slice(topic.length + 1)] : [],
  );
  const meant = nearest(word, known);
  const hint = meant === undefined ? `give one of ${known.join(', ')}` : `did you mean replay ${topic} ${meant}?`;
  return new UserError(`there is no command ${topic} ${printable(word, 60)}; ${hint}`);
}

interface NamedFlags {
  readonly flags?: Readonly<Record<string, { readonly aliases?: readonly string[] }>>;
}

/** Throws `UserError` for a long name with one dash, as vegeta has it: it would be read as letters, `-output x` as `-o utput`. */
export function checkLongNames(argv: readonly string[], { flags = {} }: NamedFlags): void {
  const names = Object.entries(flags).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
  const end = argv.indexOf('--');
  for (const text of end < 0 ? argv : argv.slice(0, end)) {
    const [, name = ''] = /^-([a-z][a-z0-9-]+)(?:=.*)?$/s.exec(text) ?? [];
    if (names.includes(name)) throw new UserError(`-${name}: write --${name}, with two dashes`);
  }
}
