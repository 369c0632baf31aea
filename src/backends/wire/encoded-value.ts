import type { Template } from '../../text/template.js';
import type { ColumnValue } from '../../trace.js';

/**
 * How a value is written where it stands, so that it cannot be read as something else: in a URL percent-encoded; in a header with
 * all but printable ASCII percent-encoded; in JSON as a value of its own, or escaped within a string; escaped in XML; percent-encoded in a
 * form; in any other text as it is.
 */
export type Encoding = 'url' | 'header' | 'json' | 'json-string' | 'xml' | 'form' | 'text';

/** The bytes of the value in UTF-8, one character each (Latin-1). What is absent is empty, or null as a value of JSON. */
export function encodedValue(value: ColumnValue | undefined, encoding: Encoding): string {
  return asBytes(encoded(value, encoding));
}

function encoded(value: ColumnValue | undefined, encoding: Encoding): string {
  if (encoding === 'json') return JSON.stringify(value ?? null);
  if (value === undefined) return '';
  if (typeof value === 'number')
    return encoding === 'url' || encoding === 'form' ? encodeURIComponent(value) : String(value);
  const text = typeof value === 'object' ? value.join(',') : String(value);
  switch (encoding) {
    case 'url':
    case 'form':
      return encodeURIComponent(text);
    case 'header':
      return text.replace(/[^ -~]+/g, encodeURIComponent);
    case 'json-string':
      return JSON.stringify(text).slice(1, -1);
    case 'xml':
      return text.replace(/[<>&"']/g, (char) => `&#${String(char.charCodeAt(0))};`);
    case 'text':
      return text;
  }
}

/** Most texts are ASCII, and their own bytes. */
function asBytes(text: string): string {
  return /^[\u0000-\u007f]*$/.test(text) ? text : Buffer.from(text).toString('latin1');
}

/** The encoding of each place of a body of this type. */
export function bodyEncodings({ literals, placeholders }: Template, contentType: string): readonly Encoding[] {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (/[/+](?:json|x-ndjson)$/.test(type)) return jsonEncodings(literals).slice(0, placeholders.length);
  const encoding = /[/+](?:xml|html)$/.test(type) ? 'xml' : type.endsWith('x-www-form-urlencoded') ? 'form' : 'text';
  return placeholders.map(() => encoding);
}

/** Behind each literal: within a string, or not. */
function jsonEncodings(literals: readonly string[]): readonly Encoding[] {
  let inString = false;
  return literals.map((literal) => {
    for (let i = 0; i < literal.length; i++) {
      if (literal[i] === '\\' && inString) i++;
      else if (literal[i] === '"') inString = !inString;
    }
    return inString ? 'json-string' : 'json';
  });
}
