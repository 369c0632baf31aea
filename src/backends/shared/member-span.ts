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
  let found: Span | undefined;
  let at = text.indexOf('{') + 1;
  for (at = skipSpace(text, at); text[at] === '"'; at = skipSpace(text, at)) {
    const keyEnd = stringEnd(text, at);
    const isWanted = (JSON.parse(text.slice(at, keyEnd)) as string) === name;
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1); // behind the colon
    const end = valueEnd(text, start);
    if (isWanted) found = { start, end };
    at = skipSpace(text, end) + 1; // behind the comma or the end
  }
  return found;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (/^\s$/.test(text[at] ?? '')) at++;
  return at;
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
    const character = text[at] as string;
    if (character === '"') at = stringEnd(text, at);
    else {
      if (depth === 0 && /[,}\]\s]/.test(character)) return at;
      if (character === '{' || character === '[') depth++;
      if (character === '}' || character === ']') depth--;
      at++;
    }
    if (depth === 0 && /["}\]]/.test(text[at - 1] as string)) return at;
  }
  return text.length;
}
