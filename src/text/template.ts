import { printable, UserError } from '../errors.js';

/** What may stand in braces: `{seq}`, the request's index in the trace; `{run}`, the run's id; `{uuid}`, unlike that of any other request. */
export const PLACEHOLDERS = ['seq', 'run', 'uuid'] as const;
export type OwnPlaceholder = (typeof PLACEHOLDERS)[number];

/** A text with places to fill in for each request: the literals, and between them (one fewer) placeholders or names of the trace's columns. */
export interface Template {
  readonly literals: readonly string[];
  readonly placeholders: readonly string[];
}

/** A name in braces. The braces on both sides are counted in pairs: one pair is a placeholder, each pair more is a literal one. */
const NAMED = /(?<!\{)(\{+)([A-Za-z_][\w-]{0,63})(\}+)/g;

/**
 * Reads a text in which other braces mean what they say (a body): `{seq}` is a placeholder, `{{seq}}` the text `{seq}`, and
 * a name that is neither placeholder nor one of `columns` stands as it is written. Throws `UserError` for a name that is both.
 */
export function parseTemplate(text: string, columns: readonly string[] = []): Template {
  return parse(text, columns, (braces, name) => braces + name);
}

/**
 * Reads a text in which every name in braces has to be a placeholder or a column (a URL, a header): `{{name}}` is the text
 * `{name}`. Throws `UserError`, whose text begins with `what`, for another name.
 */
export function parseStrictTemplate(text: string, what: string, columns: readonly string[] = []): Template {
  return parse(text, columns, (braces, name) => {
    if (braces.length > 1) return braces.slice(1) + name;
    throw new UserError(`${what}: ${unknownPlaceholder(name, columns)}`);
  });
}

/** Why a name in braces is an error, and what to write. */
export function unknownPlaceholder(name: string, columns: readonly string[] = []): string {
  const shown = printable(name, 40);
  const known = [...PLACEHOLDERS, ...columns.filter((column) => isName(column)).slice(0, 10)];
  const what = columns.length === 0 ? 'not a placeholder' : 'neither a placeholder nor a column of the trace';
  return `{${shown}} is ${what}; give one of {${known.join('}, {')}}, or {{${shown}}} for the text {${shown}}`;
}

/** Whether it is one that replay itself fills in. */
export function isPlaceholder(name: string): name is OwnPlaceholder {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}

/** `unknown` returns what opens a name that is no placeholder, with the name. */
function parse(text: string, columns: readonly string[], unknown: (braces: string, name: string) => string): Template {
  const literals: string[] = [];
  const placeholders: string[] = [];
  let literal = '';
  let at = 0;
  for (const match of text.matchAll(NAMED)) {
    const [whole, open, name, close] = match as unknown as readonly [string, string, string, string];
    const pairs = Math.min(open.length, close.length);
    literal += text.slice(at, match.index) + open.slice(pairs);
    at = match.index + whole.length - (close.length - pairs);
    const braces = open.slice(0, pairs);
    const isColumn = columns.includes(name);
    if (!isPlaceholder(name) && !isColumn) {
      const opening = unknown(braces, name);
      literal += opening + '}'.repeat(opening.length - name.length);
    } else if (pairs > 1) literal += `${braces.slice(1)}${name}${'}'.repeat(pairs - 1)}`;
    else {
      if (isColumn && isPlaceholder(name))
        throw new UserError(
          `{${name}} is a placeholder, and a column of the trace has the same name; rename the column`,
        );
      literals.push(literal);
      placeholders.push(name);
      literal = '';
    }
  }
  literals.push(literal + text.slice(at));
  return { literals, placeholders };
}

/** What can stand in braces. */
function isName(text: string): boolean {
  return /^[A-Za-z_][\w-]{0,63}$/.test(text);
}

/** The text with each placeholder's value in its place. */
export function filled(
  { literals, placeholders }: Template,
  valueOf: (placeholder: string, index: number) => string,
): string {
  return literals.reduce((text, literal, i) => text + valueOf(placeholders[i - 1] as string, i - 1) + literal);
}

/** The literals changed, each by itself. */
export function withLiterals(template: Template, change: (literal: string) => string): Template {
  return { ...template, literals: template.literals.map(change) };
}
