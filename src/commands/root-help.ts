import { readFileSync } from 'node:fs';
import { wrapText } from '../report/wrap-text.js';
import { SUMMARIES, TOPICS } from './summaries.js';

const NAME_COLUMNS = 14;
const COLUMNS = 80;

/** `replay --help`: what there is. Loads no command and no parser, whose modules take four times as long as Node itself. */
export function rootHelp(): string {
  const { version, description } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
    readonly description: string;
  };
  return [
    ...wrapText(description, COLUMNS),
    '',
    'VERSION',
    `  replay/${version} ${process.platform}-${process.arch} node-${process.version}`,
    '',
    'USAGE',
    '  $ replay [COMMAND]',
    '  $ replay TRACE ...   short for: replay run TRACE ...',
    '',
    'COMMANDS',
    ...listed(Object.entries({ ...SUMMARIES, ...TOPICS }).filter(([name]) => !name.includes(' '))),
    '',
    'replay COMMAND --help tells its flags.',
    '',
  ].join('\n');
}

/** `replay trace --help`: the commands of two words that begin with this one. */
export function topicHelp(topic: keyof typeof TOPICS): string {
  const own = Object.entries(SUMMARIES).filter(([name]) => name.startsWith(`${topic} `));
  return [
    ...wrapText(TOPICS[topic], COLUMNS),
    '',
    'COMMANDS',
    ...listed(own.map(([name, summary]) => [name.slice(topic.length + 1), summary])),
    '',
    `replay ${topic} COMMAND --help tells its flags.`,
    '',
  ].join('\n');
}

function listed(rows: readonly (readonly [name: string, summary: string])[]): string[] {
  return rows
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, summary]) => wrapText(summary, COLUMNS, `  ${name}`.padEnd(NAME_COLUMNS)));
}
