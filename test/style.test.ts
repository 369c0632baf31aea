import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '#src/commands/index';
import { ROOT } from './support/run-cli.js';
import { longFunctions, sourceFiles, unusedExports } from './support/source-files.js';

const MOST_LINES = 250;
const MOST_FUNCTION_LINES = 60;

/** Files that may be longer, each with the reason. One that is no longer too long has to leave this list. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'src/backends/wire/http1-parser.ts':
    'one state machine over bytes: its steps share fields that V8 keeps in one object',
};

/** Functions that may be longer, each with the reason; as above. */
const LONG_FUNCTIONS: Readonly<Record<string, string>> = {
  'src/backends/registry/guard-plugin.ts guardPlugin': 'a line for each member of the contract',
};

const src = sourceFiles('src');

describe('sizes', () => {
  it(`a file has at most ${String(MOST_LINES)} lines`, () => {
    expect(src.length).toBeGreaterThan(400);
    const long = src.filter(({ lines }) => lines > MOST_LINES).map(({ name }) => name);
    expect(long.sort()).toEqual(Object.keys(LONG_FILES).sort());
  });

  it(`a function has at most ${String(MOST_FUNCTION_LINES)} lines`, () => {
    const long = src.flatMap((file) => longFunctions(file, MOST_FUNCTION_LINES)).map(({ name }) => name);
    expect(long.sort()).toEqual(Object.keys(LONG_FUNCTIONS).sort());
  });
});

describe('docs/ARCHITECTURE.md', () => {
  const page = readFileSync(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');

  it('its map holds the folders of src, each with a line of text', () => {
    expect(mapOf(page).sort()).toEqual(foldersOf('src').sort());
  });

  it('names eight files to read first', () => {
    const list = page.split('## Eight files')[1]?.split('\n## ')[0] ?? '';
    const files = [...list.matchAll(/^\d+\. \[`(src\/[^`]+)`\]\(\.\.\/\1\): \S/gm)].map((match) => match[1]);
    expect(files).toHaveLength(8);
    expect(src.map(({ name }) => name)).toEqual(expect.arrayContaining(files));
  });

  it('is one page', () => {
    expect(page.split('\n').length).toBeLessThan(160);
  });
});

it('every exported name is used by another file, or public', () => {
  const readers = [...src, ...['test', 'bin', 'examples'].flatMap((folder) => sourceFiles(folder))];
  expect(unusedExports(src, readers)).toEqual([]);
});

/** What is German in English clothes, or has no subject that a newcomer knows. */
const FORBIDDEN =
  /\bso (many|long as|long is|much of)\b|\bwhoever\b|\bnobody\b|\bmend(s|ed|ing)?\b|\b(takes?|taking) for ?ever\b|\b(is|are|was|were) told\b|\bonce more (kills|ends)\b|\bof nobody's\b/i;

describe('words', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', ...pagesBelow('docs')];

  it.each(pages)('%s reads as plain English', (page) => {
    expect(offences(readFileSync(join(ROOT, page), 'utf8'))).toEqual([]);
  });

  it.each(Object.entries(COMMANDS))('the help of %s reads as plain English', (_, command) => {
    expect(offences(helpOf(command))).toEqual([]);
  });

  it.each(Object.entries(COMMANDS))('the help of %s shows times with their unit', async (_, { flags }) => {
    for (const flag of Object.values(flags ?? {}) as TimeFlag[]) {
      const isTime = typeof flag.default === 'number' && (await flag.parse?.('1m30s').catch(() => null)) === 90_000;
      if (isTime && flag.default !== 0) expect(await flag.defaultHelp?.()).toMatch(/^\d+(us|ms|s|m|h)$/);
    }
  });

  it('the comments of src read as plain English', () => {
    const found = sourceFiles('src').flatMap(({ name }) =>
      commentsOf(readFileSync(join(ROOT, name), 'utf8'))
        .filter((comment) => FORBIDDEN.test(comment) || TOLD.test(comment))
        .map((comment) => `${name}: ${comment.trim()}`),
    );
    expect(found).toEqual([]);
  });

  it('notices what is planted', () => {
    expect(commentsOf('const told = 1; // told\n/** Who `told` it. */\n * tells\nlet nobody;').filter((text) => TOLD.test(text))).toEqual(['// told', ' * tells']); // prettier-ignore
    expect(offences('Whoever asks is told.\nSo far, so good.')).toEqual(['Whoever asks is told.']);
  });
});

/** For readers of the code: who says what to whom has a plainer word. */
const TOLD = /\b(told|tells|so long|takes for ever)\b/i;

/** Lines of comments, and comments behind code, without the names of the program in them. */
function commentsOf(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line) => /^\s*\*.*|\/\*.*?\*\/|(?<!['":])\/\/ .*/.exec(line)?.[0] ?? [])
    .map((comment) => comment.replace(/`[^`]*`/g, ''));
}

interface TimeFlag {
  readonly default?: unknown;
  parse?(text: string): Promise<unknown>;
  defaultHelp?(): Promise<string>;
}

function offences(text: string): string[] {
  return text.split('\n').filter((line) => FORBIDDEN.test(line));
}

/** Every text of a command's static fields: summary, description, flags, arguments. */
function helpOf(command: object): string {
  const { summary, description, flags, args } = command as Record<string, unknown>;
  const described = [...Object.values(flags ?? {}), ...Object.values(args ?? {})] as { description?: unknown }[];
  return [summary, description, ...described.map((one) => one.description)].map(String).join('\n');
}

function pagesBelow(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`);
}

/** Paths of the folders that the indented map shows. */
function mapOf(page: string): string[] {
  const map = page.split('```\nsrc/\n')[1]?.split('```')[0] ?? '';
  const above: string[] = [];
  return map
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, indent = '', name = ''] = /^( +)([a-z0-9-]+)\/ +\S/.exec(line) ?? [];
      above.splice(indent.length / 2 - 1, Infinity, name);
      return above.join('/');
    });
}

function foldersOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(ROOT, folder).length + 1));
}
