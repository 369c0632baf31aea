import type * as YamlModule from 'yaml';

/** A file of settings uses three, a study five. */
const MOST_LEVELS = 16;

/** What the parser found, in one line. */
export function whatIsWrong({ code, message }: Pick<YamlModule.YAMLError, 'code' | 'message'>): string {
  if (code === 'DUPLICATE_KEY') return 'this key stands here for the second time; keep one';
  return message.split('\n', 1)[0] ?? message;
}

/** The parser calls itself for each level, so levels are counted before: open brackets, and dashes on one line. */
export function isDeep(yaml: typeof YamlModule, text: string): boolean {
  let brackets = 0;
  let dashes = 0;
  for (const token of new yaml.Lexer().lex(text)) {
    if (token === '[' || token === '{') brackets++;
    else if (token === ']' || token === '}') brackets--;
    else if (token === '-' || token === '?') dashes++;
    else if (token === '\n' || token === '\r\n') dashes = 0;
    if (brackets + dashes > MOST_LEVELS) return true;
  }
  return false;
}
