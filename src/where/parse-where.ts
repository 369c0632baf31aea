import { nearest } from '../text/nearest.js';
import type { ColumnSpec, ColumnValue } from '../trace.js';
import { shown, type Token, tokensOf, whereFault } from './tokens.js';

/** A condition on rows, whose columns are named by their places among those it was read for. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  /** Whether the value is one of `values`; null: absent. */
  | { readonly kind: 'in'; readonly column: number; readonly values: readonly (ColumnValue | null)[] }
  | { readonly kind: 'order'; readonly column: number; readonly operator: Order; readonly value: number | string };

export type Order = '<' | '<=' | '>' | '>=';

const MOST_DEPTH = 100;

/**
 * Reads a condition such as `model = 'gpt 4' and (inputTokens > 100 or not trigger in (http, queue))`. `what` names where it was given,
 * in messages. Throws `UserError` with the place of what is no condition, an unknown column, or a value that its column cannot have.
 */
export function parseWhere(text: string, columns: readonly ColumnSpec[], what = '--where'): Condition {
  return new WhereParser(tokensOf(text, what), columns, what).whole();
}

/** What a condition may name as columns: its words and quoted texts. */
export function columnsNamed(text: string, what = '--where'): readonly string[] {
  return tokensOf(text, what).flatMap(({ kind, text: name }) => (kind === 'word' || kind === 'quoted' ? [name] : []));
}

class WhereParser {
  readonly #tokens: readonly Token[];
  readonly #columns: readonly ColumnSpec[];
  readonly #what: string;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], columns: readonly ColumnSpec[], what: string) {
    this.#tokens = tokens;
    this.#columns = columns;
    this.#what = what;
  }

  whole(): Condition {
    const condition = this.#either();
    const rest = this.#peek();
    if (rest.kind !== 'end') throw this.#fault(rest, `${shown(rest.text)} stands where "and", "or" or the end is due`);
    return condition;
  }

  #either(): Condition {
    return this.#joined('or', () => this.#joined('and', () => this.#negated()));
  }

  #joined(kind: 'and' | 'or', part: () => Condition): Condition {
    const parts = [part()];
    while (this.#takesWord(kind)) parts.push(part());
    return parts.length === 1 ? (parts[0] as Condition) : { kind, parts };
  }

  #negated(): Condition {
    if (this.#depth++ > MOST_DEPTH) throw this.#fault(this.#peek(), 'it is nested too deep; simplify it');
    try {
      if (this.#takesWord('not')) return { kind: 'not', part: this.#negated() };
      if (!this.#takes('(')) return this.#comparison();
      const inner = this.#either();
      this.#expect(')');
      return inner;
    } finally {
      this.#depth--;
    }
  }

  #comparison(): Condition {
    const column = this.#column();
    const token = this.#take();
    if (token.kind === 'word' && /^not$/i.test(token.text)) {
      if (!this.#takesWord('in')) throw this.#fault(this.#peek(), '"in" is due behind "not"');
      return { kind: 'not', part: this.#within(column) };
    }
    if (token.kind === 'word' && /^in$/i.test(token.text)) return this.#within(column);
    if (token.kind !== 'operator')
      throw this.#fault(token, `${named(token)} stands where =, !=, <, <=, >, >= or in is due`);
    if (token.text === '=' || token.text === '==') return { kind: 'in', column, values: [this.#value(column)] };
    if (token.text === '!=' || token.text === '<>')
      return { kind: 'not', part: { kind: 'in', column, values: [this.#value(column)] } };
    return this.#ordered(column, token.text as Order, token);
  }

  #ordered(column: number, operator: Order, token: Token): Condition {
    const { name, type } = this.#columns[column] as ColumnSpec;
    if (type !== 'number' && type !== 'text') throw this.#fault(token, `${shown(name)} has no order; use = or !=`);
    const given = this.#peek();
    const value = this.#value(column);
    if (typeof value !== 'number' && typeof value !== 'string')
      throw this.#fault(given, 'null has no order; use = or !=');
    return { kind: 'order', column, operator, value };
  }

  #within(column: number): Condition {
    this.#expect('(');
    const values = [this.#value(column)];
    while (this.#takes(',')) values.push(this.#value(column));
    this.#expect(')');
    return { kind: 'in', column, values };
  }

  /** Its place among the columns. */
  #column(): number {
    const token = this.#take();
    if (token.kind !== 'word' && token.kind !== 'quoted')
      throw this.#fault(token, `${named(token)} stands where the name of a column is due`);
    const found = this.#columns.findIndex(({ name }) => name === token.text);
    if (found >= 0) return found;
    const names = this.#columns.map(({ name }) => name);
    const near = nearest(token.text, names);
    const known =
      names.length === 0
        ? 'there are no columns'
        : near === undefined
          ? `there are ${names.slice(0, 20).map(shown).join(', ')}`
          : `did you mean ${shown(near)}?`;
    throw this.#fault(token, `there is no column ${shown(token.text)}; ${known}`);
  }

  /** Null: absent. */
  #value(column: number): ColumnValue | null {
    const token = this.#take();
    if (token.kind !== 'word' && token.kind !== 'quoted')
      throw this.#fault(token, `${named(token)} stands where a value is due`);
    if (token.kind === 'word' && /^null$/i.test(token.text)) return null;
    const { name, type } = this.#columns[column] as ColumnSpec;
    const value = valueOf(token.text, type);
    if (value === undefined)
      throw this.#fault(token, `${shown(token.text)} is no value of ${shown(name)}, a column of ${KINDS[type]}`);
    return value;
  }

  #takesWord(word: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'word' || token.text.toLowerCase() !== word) return false;
    this.#next++;
    return true;
  }

  #takes(mark: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'punctuation' || token.text !== mark) return false;
    this.#next++;
    return true;
  }

  #expect(mark: string): void {
    const token = this.#peek();
    if (!this.#takes(mark)) throw this.#fault(token, `${named(token)} stands where ${mark} is due`);
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #fault({ at }: Token, why: string): Error {
    return whereFault(this.#what, at, why);
  }
}

const KINDS: Readonly<Record<ColumnSpec['type'], string>> = {
  number: 'numbers',
  text: 'texts',
  boolean: 'true and false',
  numbers: 'lists, which can only be compared with null',
};

function named(token: Token): string {
  return token.kind === 'end' ? 'the end' : shown(token.text);
}

function valueOf(text: string, type: ColumnSpec['type']): ColumnValue | undefined {
  if (type === 'text') return text;
  if (type === 'boolean') return { true: true, false: false }[text.toLowerCase()];
  const isNumber = type === 'number' && /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text);
  return isNumber ? Number(text) : undefined;
}
