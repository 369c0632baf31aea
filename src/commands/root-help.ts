import { readFileSync } from 'node:fs';
import { wrapText } from '../report/wrap-text.js';
import { SUMMARIES } from './summaries.js';

const NAME_COLUMNS = 14;
const COLUMNS = 80;

/** `replay --help`: what there is. Loads no command and no parser, whose modules take four times as long as Node itself. */
export function rootHelp(): string {
  const { version, description } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
    readonly description: string;
  };
  const names = Object.keys(SUMMARIES).sort() as (keyof typeof SUMMARIES)[];
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
    ...names.flatMap((name) => wrapText(SUMMARIES[name], COLUMNS, `  ${name}`.padEnd(NAME_COLUMNS))),
    '',
    'replay COMMAND --help tells its flags.',
    '',
  ].join('\n');
}
