import { UserError } from '../../errors.js';
import { parseStrictTemplate, type Template, withLiterals } from '../../text/template.js';

/**
 * Path and query of a URL, or of a reference relative to `base`, percent-encoded as they go on the wire, but for the braces that
 * the text itself holds: these name placeholders, while `%7B` is a brace for the service. Throws `UserError` where braces stand
 * in the host.
 */
export function urlPath(text: string, base?: string): string {
  const [open, close] = marks(text);
  const { host, pathname, search } = new URL(text.replaceAll('{', open).replaceAll('}', close), base);
  if (host.includes(open) || host.includes(close))
    throw new UserError('a placeholder can stand in the path and the query, not in the host');
  return (pathname + search).replaceAll(open, '{').replaceAll(close, '}');
}

/** Two texts that do not occur, and that a URL keeps as they are. */
function marks(text: string): readonly [open: string, close: string] {
  let tildes = '~';
  while (text.includes(tildes)) tildes += '~';
  return [`${tildes}o.`, `${tildes}c.`];
}

/** The path as a template whose own braces are encoded as a URL does it: in the path, not in the query. Throws `UserError`. */
export function pathTemplate(path: string, columns: readonly string[] = []): Template {
  let inQuery = false;
  return withLiterals(parseStrictTemplate(path, 'path', columns), (literal) => {
    const end = inQuery ? 0 : literal.indexOf('?');
    if (end < 0) return encodedBraces(literal);
    inQuery = true;
    return encodedBraces(literal.slice(0, end)) + literal.slice(end);
  });
}

function encodedBraces(text: string): string {
  return text.replaceAll('{', '%7B').replaceAll('}', '%7D');
}
