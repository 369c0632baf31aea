import type { ConfigKey } from './config-key.js';

/** What the new file sets: a run of a second that needs no service. */
const FIRST_RUN: Readonly<Record<string, string>> = {
  rate: '50/s',
  duration: '30s',
  backend: 'simulated',
  time: 'virtual',
  seed: '1',
  set: '\n  servers: 4\n  service: 20ms',
};

/** A file with every key, all but a few as comments. `schema`: where editors find the schema. It runs as it stands. */
export function configTemplate(keys: readonly ConfigKey[], schema: string): string {
  const set = keys.filter(({ name }) => Object.hasOwn(FIRST_RUN, name));
  const rest = keys.filter(({ name }) => !Object.hasOwn(FIRST_RUN, name));
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    '# Flags of `replay run`, for: replay --config THIS_FILE',
    '# The command line goes before the environment (REPLAY_RUN_RATE=80/s), the environment before this file.',
    '# Paths start at the folder of this file.',
    '',
    '# A queue with 4 servers of 20 ms each, in simulated time. Take another backend to measure a service.',
    ...set.map(active),
    '',
    ...rest.flatMap(commented),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function active({ name }: ConfigKey): string {
  const value = FIRST_RUN[name] ?? '';
  return `${name}:${value.startsWith('\n') ? '' : ' '}${value}`;
}

const EMPTY: Readonly<Record<ConfigKey['kind'], string>> = { text: '', 'yes-no': ' true', list: ' []', map: ' {}' };

function commented({ name, kind, summary, choices }: ConfigKey): string[] {
  const options = choices === undefined ? '' : ` (${choices.join(', ')})`;
  return [`# ${summary}${options}`, `# ${name}:${EMPTY[kind]}`, ''];
}
