import { printable, UserError } from '../errors.js';

/** What may stand in braces: `{seq}`, the request's index in the trace; `{run}`, the run's id; `{uuid}`, unlike that of any other request. */
export const PLACEHOLDERS = ['seq', 'run', 'uuid'] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** A text with places to fill in for each request: the literals, and the placeholders between them (one fewer). */
export interface Template {
  readonly literals: readonly string[];
  readonly placeholders: readonly Placeholder[];
}

/** A name in braces. The braces on both sides are counted in pairs: one pair is a placeholder, each pair more is a literal one. */
const NAMED = /(?<!\{)(\{+)([A-Za-z_][\w-]{0,63})(\}+)/g;

/**
 * Reads a text in which other braces mean what they say (a body): `{seq}` is a placeholder, `{{seq}}` the text `{seq}`, and
 * a name that is no placeholder stands as it is written.
 */
export function parseTemplate(text: string): Template {
  return parse(text, (braces, name) => braces + name);
}

/**
 * Reads a text in which every name in braces has to be a placeholder (a URL, a header): `{{name}}` is the text `{name}`.
 * Throws `UserError`, whose text begins with `what`, for another name.
 */
export function parseStrictTemplate(text: string, what: string): Template {
  return parse(text, (braces, name) => {
    if (braces.length > 1) return braces.slice(1) + name;
    throw new UserError(`${what}: ${unknownPlaceholder(name)}`);
  });
}

/** Why a name in braces is an error, and what to write. */
export function unknownPlaceholder(name: string): string {
  const shown = printable(name, 40);
  return `{${shown}} is not a placeholder; give one of {${PLACEHOLDERS.join('}, {')}}, or {{${shown}}} for the text {${shown}}`;
}

/** `unknown` returns what opens a name that is no placeholder, with the name. */
function parse(text: string, unknown: (braces: string, name: string) => string): Template {
  const literals: string[] = [];
  const placeholders: Placeholder[] = [];
  let literal = '';
  let at = 0;
  for (const match of text.matchAll(NAMED)) {
    const [whole, open, name, close] = match as unknown as readonly [string, string, string, string];
    const pairs = Math.min(open.length, close.length);
    literal += text.slice(at, match.index) + open.slice(pairs);
    at = match.index + whole.length - (close.length - pairs);
    const braces = open.slice(0, pairs);
    if (!isPlaceholder(name)) {
      const opening = unknown(braces, name);
      literal += opening + '}'.repeat(opening.length - name.length);
    } else if (pairs > 1) literal += `${braces.slice(1)}${name}${'}'.repeat(pairs - 1)}`;
    else {
      literals.push(literal);
      placeholders.push(name);
      literal = '';
    }
  }
  literals.push(literal + text.slice(at));
  return { literals, placeholders };
}

function isPlaceholder(name: string): name is Placeholder {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}

/** The text with each placeholder's value in its place. */
export function filled({ literals, placeholders }: Template, valueOf: (placeholder: Placeholder) => string): string {
  return literals.reduce((text, literal, i) => text + valueOf(placeholders[i - 1] as Placeholder) + literal);
}

/** The literals changed, each by itself. */
export function withLiterals(template: Template, change: (literal: string) => string): Template {
  return { ...template, literals: template.literals.map(change) };
}
