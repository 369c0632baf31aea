/** A JSON object from outside, of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Throws an Error that says what is no object. */
export function fields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${what} is no object`);
  return value as Fields;
}

/** Throws an Error that says what is no list. */
export function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${what} is no list`);
  return value;
}
