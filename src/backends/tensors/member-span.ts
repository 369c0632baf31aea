/** Where something lies in a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the value of a member lies in the text of a JSON object, which must be sound; where there are several of that
 * name the last, as parsers have it. So a value can be taken out as it is written, numbers too.
 */
export function memberSpan(text: string, name: string): Span | undefined {
  return memberSpans(text, name).at(-1);
}

/** The same for all members of that name. */
export function memberSpans(text: string, name: string): readonly Span[] {
  const found: Span[] = [];
  let at = text.indexOf('{') + 1;
  for (at = skipSpace(text, at); text[at] === '"'; at = skipSpace(text, at)) {
    const keyEnd = stringEnd(text, at);
    const isWanted = (JSON.parse(text.slice(at, keyEnd)) as string) === name;
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1); // behind the colon
    const end = valueEnd(text, start);
    if (isWanted) found.push({ start, end });
    at = skipSpace(text, end) + 1; // behind the comma or the end
  }
  return found;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text[at])) at++;
  return at;
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\n' || char === '\r' || char === '\t';
}

/** Behind the closing quote of the string that begins here. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Behind the value that begins here. */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length;) {
    const char = text[at];
    if (char === '"') {
      at = stringEnd(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (depth === 0 && (char === ',' || char === '}' || char === ']' || isSpace(char))) return at;
    at++;
    if (char === '{' || char === '[') depth++;
    if ((char === '}' || char === ']') && --depth === 0) return at;
  }
  return text.length;
}
