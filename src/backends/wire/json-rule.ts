import { isDeepStrictEqual } from 'node:util';
import { printable, UserError } from '../../errors.js';

/** That the JSON of a body has a field, or that the field has a value. Plain data. */
export interface JsonRule {
  /** As it was written, for people. */
  readonly text: string;
  readonly path: readonly (string | number)[];
  /** Absent: any. */
  readonly value?: unknown;
}

/** `$` or nothing, then keys and indexes; a first key needs no dot. */
const STEP = /^(?:\.?([^.[\]=\s"]+)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\])/;

/** Reads what follows `json:`, such as `.status=ok`, `$.a[0].b=1` or `.id`. Undefined: it is none. Throws `UserError`. */
export function parseJsonRule(text: string): JsonRule | undefined {
  let rest = text.startsWith('$') ? text.slice(1) : text;
  const path: (string | number)[] = [];
  for (let step = STEP.exec(rest); step !== null; step = STEP.exec(rest)) {
    const [whole, key, index, quoted] = step;
    const name = quoted === undefined ? (key ?? '') : unquoted(quoted);
    if (name === undefined) return undefined;
    path.push(index === undefined ? name : Number(index));
    rest = rest.slice(whole.length);
    if (rest.startsWith('=')) break;
  }
  if (rest.startsWith('=') && (path.length > 0 || text.startsWith('$')))
    return { text, path, value: expectedValue(rest.slice(1), text) };
  return rest === '' && path.length > 0 ? { text, path } : undefined;
}

function unquoted(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}

/** JSON where it is JSON, else the text itself. */
function expectedValue(text: string, rule: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new UserError(
      `expect json:${printable(rule, 60)}: a number of JSON is not read that exactly; compare one below 2^53, or body~ with its digits`,
    );
  return value;
}

/** Why the value of a body breaks the rule, as the end of "status 200, but"; null where it holds. */
export function brokenJsonRule({ text, path, value: expected }: JsonRule, body: unknown): string | null {
  let value: unknown = body;
  for (const step of path) {
    const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    if (!isThere) return `the JSON of the body has no ${printable(textOf(path), 60)}`;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  if (expected === undefined || isDeepStrictEqual(value, expected)) return null;
  return `the body breaks json:${printable(text, 60)}: there is ${printable(JSON.stringify(value), 60)}`;
}

function textOf(path: JsonRule['path']): string {
  return path.map((step) => (typeof step === 'number' ? `[${String(step)}]` : `.${step}`)).join('');
}
