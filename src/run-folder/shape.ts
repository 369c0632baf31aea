/** Where a value from outside is not what it has to be: `plan.planned` has to be "a number". */
export class Mismatch extends Error {
  readonly path: readonly (string | number)[];
  readonly needed: string;

  constructor(needed: string, path: readonly (string | number)[] = []) {
    super(`${path.join('.')} must be ${needed}`);
    this.path = path;
    this.needed = needed;
  }
}

/** How a value from outside becomes a `T`. */
export interface Shape<T> {
  /** Throws `Mismatch`. */
  read(value: unknown): T;
  /** Makes the value of a field that is missing; absent: it must be there. */
  readonly whenMissing?: () => T;
}

/** Of a field that may be left out. */
export interface OptionalShape<T> extends Shape<T> {
  readonly optional: true;
}

/** A shape for every field of `T`, so that none is forgotten: the compiler knows. */
type Fields<T> = {
  readonly [Key in keyof T]-?: object extends Pick<T, Key> ? OptionalShape<T[Key]> : Shape<T[Key]>;
};

type Mapping = Readonly<Record<string, unknown>>;

/** Fields that it does not name are left out: a later version may have written them. */
export function object<T>(fields: Fields<T>): Shape<T> {
  const entries = Object.entries(fields) as [string, Shape<unknown> & { readonly optional?: true }][];
  return {
    read(value) {
      const given = mapping(value);
      const found: [string, unknown][] = [];
      for (const [name, shape] of entries) {
        if (Object.hasOwn(given, name)) found.push([name, below(name, shape, given[name])]);
        else if (shape.whenMissing !== undefined) found.push([name, shape.whenMissing()]);
        else if (shape.optional !== true) throw new Mismatch('there', [name]);
      }
      return Object.fromEntries(found) as T;
    },
  };
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    read(value) {
      if (!Array.isArray(value)) throw new Mismatch('a list');
      return value.map((one, i) => below(i, item, one));
    },
  };
}

/** Any names, each with a value of one shape. */
export function mapOf<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    read: (value) =>
      Object.fromEntries(Object.entries(mapping(value)).map(([name, one]) => [name, below(name, item, one)])),
  };
}

export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return { read: (value) => shape.read(value), optional: true };
}

/** Of a field that older versions did not write: this stands for it. */
export function since<T>(shape: Shape<T>, before: T): Shape<T> {
  return { read: (value) => shape.read(value), whenMissing: () => before };
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return { read: (value) => (value === null ? null : shape.read(value)) };
}

export function oneOf<T extends string | number>(...known: readonly T[]): Shape<T> {
  return {
    read(value) {
      const found = known.find((one) => one === value);
      if (found === undefined) throw new Mismatch(known.length === 1 ? String(known[0]) : `one of ${known.join(', ')}`);
      return found;
    },
  };
}

/** The first shape that takes it. */
export function either<A, B>(first: Shape<A>, second: Shape<B>, needed: string): Shape<A | B> {
  return {
    read(value) {
      for (const shape of [first, second]) {
        try {
          return shape.read(value);
        } catch (thrown) {
          if (!(thrown instanceof Mismatch)) throw thrown;
        }
      }
      throw new Mismatch(needed);
    },
  };
}

export const text: Shape<string> = typed('a text', (value) => typeof value === 'string');
export const truth: Shape<boolean> = typed('true or false', (value) => typeof value === 'boolean');
export const number: Shape<number> = typed('a number', Number.isFinite);
export const amount: Shape<number> = typed(
  'a number of at least 0',
  (value) => Number.isFinite(value) && (value as number) >= 0,
);
export const count: Shape<number> = typed('a whole number of at least 0', (value) => Number.isSafeInteger(value) && (value as number) >= 0); // prettier-ignore
export const above0: Shape<number> = typed('a number above 0', (value) => Number.isFinite(value) && (value as number) > 0); // prettier-ignore
export const plain: Shape<string | number | boolean> = typed('a text, a number, true or false', (value) => typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)); // prettier-ignore
/** Names and values of any kind. */
export const anyMapping: Shape<Mapping> = { read: mapping };

function typed<T>(needed: string, is: (value: unknown) => boolean): Shape<T> {
  return {
    read(value) {
      if (!is(value)) throw new Mismatch(needed);
      return value as T;
    },
  };
}

function mapping(value: unknown): Mapping {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Mapping;
  throw new Mismatch('names and values');
}

function below<T>(name: string | number, shape: Shape<T>, value: unknown): T {
  try {
    return shape.read(value);
  } catch (thrown) {
    throw thrown instanceof Mismatch ? new Mismatch(thrown.needed, [name, ...thrown.path]) : thrown;
  }
}
