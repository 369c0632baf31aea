import { parseStrictTemplate, type Template } from '../../text/template.js';

/** The value of a header that the options hold; it was checked when they were read. */
export function givenTemplate(value: string, columns: readonly string[] = []): Template {
  return parseStrictTemplate(value, 'header', columns);
}
