import type { Document, LineCounter, Node } from 'yaml';
import { messageOf, printable, UserError } from '../errors.js';
import { readBounded, type FileHints } from './read-bounded.js';
import { isDeep, whatIsWrong } from './yaml-faults.js';

/** Keys and indexes from the top of the file to a value. */
export type YamlPath = readonly (string | number)[];

/** A YAML 1.2 file as plain data: objects, arrays, texts, numbers, booleans, null. */
export interface YamlFile {
  readonly value: unknown;
  /** `study.yaml:3:7`, where the value at this path stands; where there is none, the nearest one around it. */
  placeOf(path: YamlPath): string;
}

const MOST_BYTES = 256 * 1024;
/** A few lines make thousands of copies of what they name. */
const MOST_ALIASES = 100;

/** Reads and parses a file. Throws `UserError` with file, line and column where it is no YAML. */
export async function readYamlFile(path: string, hints: FileHints): Promise<YamlFile> {
  const yaml = await import('yaml');
  const text = await readBounded(path, MOST_BYTES, hints);
  const lines = new yaml.LineCounter();
  const fault = (offset: number, what: string): UserError =>
    new UserError(`${place(path, lines, offset)}: ${printable(what)}`);
  if (isDeep(yaml, text)) throw fault(0, `it is nested too deeply; ${hints.tooLarge}`);
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) throw fault(error.pos[0], whatIsWrong(error));
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    return { value, placeOf: (at) => place(path, lines, offsetOf(document, at)) };
  } catch (thrown) {
    throw fault(0, messageOf(thrown));
  }
}

function offsetOf(document: Document.Parsed, path: YamlPath): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as Node | null | undefined;
    const start = node?.range?.[0];
    if (start !== undefined) return start;
  }
  return document.contents?.range[0] ?? 0;
}

function place(path: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${printable(path)}:${String(line)}:${String(col)}`;
}
