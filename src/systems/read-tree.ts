import type * as YamlModule from 'yaml';
import { readBounded } from '../config/read-bounded.js';
import { printable, UserError } from '../errors.js';
import type { Tree } from './tree.js';

const MOST_BYTES = 256 * 1024;
/** Six are in use. */
const MOST_LEVELS = 24;

/** A YAML 1.2 file. Throws `UserError` with file, line and column at the first thing that is wrong. */
export async function readTree(path: string, name = path): Promise<Tree> {
  return parseTree(await readBounded(path, MOST_BYTES), name);
}

/** The same of a text. */
export async function parseTree(text: string, name: string): Promise<Tree> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${printable(name)}:${String(line)}:${String(col)}`;
  };
  if (isDeep(yaml, text)) throw new UserError(`${printable(name)}: it is nested too deeply`);
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined)
    throw new UserError(`${place(error.pos[0])}: ${printable(error.message.split('\n', 1)[0] ?? '')}`);
  return treeOf(yaml, document.contents, place);
}

function treeOf(yaml: typeof YamlModule, node: YamlModule.Node | null, place: (offset: number) => string): Tree {
  const at = place(node?.range?.[0] ?? 0);
  if (yaml.isAlias(node))
    throw new UserError(`${at}: aliases are not read here; write out what *${node.source} stands for`);
  if (yaml.isSeq(node))
    return { at, kind: 'list', items: node.items.map((item) => treeOf(yaml, item as YamlModule.Node, place)) };
  if (yaml.isMap(node)) {
    const entries = node.items.map(
      ({ key, value }) => [nameOf(yaml, key), treeOf(yaml, (value ?? key) as YamlModule.Node, place)] as const,
    );
    return { at, kind: 'map', entries: new Map(entries) };
  }
  const value = yaml.isScalar(node) ? node.value : null;
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { at, kind: 'scalar', value: isPlain ? value : null };
}

function nameOf(yaml: typeof YamlModule, key: unknown): string {
  return yaml.isScalar(key) ? String(key.value) : '';
}

/** The parser calls itself for each level, so they are counted before. */
function isDeep(yaml: typeof YamlModule, text: string): boolean {
  let open = 0;
  let dashes = 0;
  for (const token of new yaml.Lexer().lex(text)) {
    if (token === '[' || token === '{') open++;
    else if (token === ']' || token === '}') open--;
    else if (token === '-' || token === '?') dashes++;
    else if (token === '\n' || token === '\r\n') dashes = 0;
    if (open + dashes > MOST_LEVELS) return true;
  }
  return false;
}
