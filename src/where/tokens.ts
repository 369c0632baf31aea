import { printable, UserError } from '../errors.js';

/** A piece of a condition; `at` is its place in the text, counted from 1. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'operator' | 'punctuation' | 'end';
  readonly text: string;
  readonly at: number;
}

/** In this order: the first that fits is taken. */
const PIECES = [
  ['quoted', /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y],
  ['operator', /==|!=|<>|<=|>=|[=<>]/y],
  ['punctuation', /[(),]/y],
  ['word', /[^\s()=<>!,"']+/y],
] as const;

/** The pieces of a condition, with an `end` behind them. Throws `UserError` that names the place. */
export function tokensOf(text: string, what: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] as string)) {
      at++;
      continue;
    }
    const token = tokenAt(text, at);
    if (token === undefined)
      throw whereFault(
        what,
        at + 1,
        /["']/.test(text[at] as string)
          ? 'a quote is never closed; close it'
          : `${shown(text[at] as string)} belongs to no condition`,
      );
    tokens.push({ ...token, text: token.kind === 'quoted' ? unquoted(token.text) : token.text });
    at += token.text.length;
  }
  return [...tokens, { kind: 'end', text: '', at: text.length + 1 }];
}

export function whereFault(what: string, at: number, why: string): UserError {
  return new UserError(`${what}, character ${String(at)}: ${why}`);
}

/** A text of the condition in a message. */
export function shown(text: string): string {
  return JSON.stringify(printable(text, 60));
}

function tokenAt(text: string, at: number): Token | undefined {
  for (const [kind, piece] of PIECES) {
    piece.lastIndex = at;
    const [found] = piece.exec(text) ?? [];
    if (found !== undefined) return { kind, text: found, at: at + 1 };
  }
  return undefined;
}

/** Between quotes, a backslash takes what follows as it is. */
function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/gs, '$1');
}
