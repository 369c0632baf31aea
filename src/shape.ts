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

export type JsonSchema = Readonly<Record<string, unknown>>;

/** How a value from outside becomes a `T`, and how JSON Schema says so. */
export interface Shape<T> {
  /** Throws `Mismatch`. */
  read(value: unknown): T;
  /** Schemas that stand by a name are put into `named`. */
  schema(named: Map<string, JsonSchema>): JsonSchema;
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

export interface ObjectShape<T> extends Shape<T> {
  /** The shapes of some of its fields. */
  fields<Key extends keyof T>(...names: readonly Key[]): Pick<Fields<T>, Key>;
  /** Of some of its fields: what a reader needs. */
  pick<Key extends keyof T>(...names: readonly Key[]): ObjectShape<Pick<T, Key>>;
}

/** Fields that it does not name are left out: a later version may have written them. */
export function object<T>(fields: Fields<T>): ObjectShape<T> {
  const entries = Object.entries(fields) as [string, Shape<unknown> & { readonly optional?: true }][];
  return {
    fields: (...names) => Object.fromEntries(names.map((name) => [name, fields[name]])) as never,
    pick: (...names) => object(Object.fromEntries(names.map((name) => [name, fields[name]])) as never),
    schema: (named) => ({
      type: 'object',
      properties: Object.fromEntries(entries.map(([name, shape]) => [name, shape.schema(named)])),
      required: entries.filter(([, shape]) => shape.optional !== true).map(([name]) => name),
      additionalProperties: false,
    }),
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
    schema: (named) => ({ type: 'array', items: item.schema(named) }),
    read(value) {
      if (!Array.isArray(value)) throw new Mismatch('a list');
      return value.map((one, i) => below(i, item, one));
    },
  };
}

type MapOf<Name extends string, T> = Readonly<string extends Name ? Record<Name, T> : Partial<Record<Name, T>>>;

/** Any names, or those of a shape, each with a value of one shape. */
export function mapOf<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>>;
export function mapOf<T, Name extends string>(item: Shape<T>, name: Shape<Name>): Shape<MapOf<Name, T>>;
export function mapOf<T>(item: Shape<T>, name?: Shape<string>): Shape<Readonly<Record<string, T>>> {
  return {
    read: (value) =>
      Object.fromEntries(
        Object.entries(mapping(value)).map(([key, one]) => [below(key, name ?? text, key), below(key, item, one)]),
      ),
    schema: (named) => ({
      type: 'object',
      ...(name && { propertyNames: name.schema(named) }),
      additionalProperties: item.schema(named),
    }),
  };
}

export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return { ...shape, optional: true };
}

/** What the values mean, for the reader of the schema. */
export function described<Of extends Shape<unknown>>(description: string, shape: Of): Of {
  return { ...shape, schema: (others: Map<string, JsonSchema>) => ({ ...shape.schema(others), description }) };
}

/** One whose schema stands by a name: several refer to it. */
export function named<Of extends Shape<unknown>>(name: string, shape: Of): Of {
  return {
    ...shape,
    schema(others: Map<string, JsonSchema>) {
      if (!others.has(name)) {
        others.set(name, {});
        others.set(name, shape.schema(others));
      }
      return { $ref: `#/$defs/${name}` };
    },
  };
}

interface Limits {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

/** Of numbers, lists and texts; null has none. */
export function limited<T>(limits: Limits, shape: Shape<T>): Shape<T> {
  const { minimum = -Infinity, maximum = Infinity, minItems = 0, maxItems = Infinity } = limits;
  const { maxLength = Infinity, pattern = '' } = limits;
  const isWithin = (value: unknown): boolean => {
    if (typeof value === 'number') return value >= minimum && value <= maximum;
    if (typeof value === 'string') return value.length <= maxLength && new RegExp(pattern, 'u').test(value);
    return !Array.isArray(value) || (value.length >= minItems && value.length <= maxItems);
  };
  const needed = `within ${Object.entries(limits).map(([name, limit]) => `${name} ${String(limit)}`).join(', ')}`; // prettier-ignore
  return {
    read(value) {
      const found = shape.read(value);
      if (!isWithin(found)) throw new Mismatch(needed);
      return found;
    },
    schema: (others) => ({ ...shape.schema(others), ...limits }),
  };
}

/** Of a field that older versions did not write: this stands for it. */
export function since<T>(shape: Shape<T>, before: T): Shape<T> {
  return { ...shape, whenMissing: () => before };
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return {
    read: (value) => (value === null ? null : shape.read(value)),
    schema(others) {
      const schema = shape.schema(others);
      const type = schema['type'];
      if (type === undefined) return { anyOf: [{ type: 'null' }, schema] };
      return { ...schema, type: [...(Array.isArray(type) ? (type as string[]) : [type]), 'null'] };
    },
  };
}

export function oneOf<T extends string | number>(...known: readonly T[]): Shape<T> {
  return {
    schema: () => (known.length === 1 ? { const: known[0] } : { enum: known }),
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
    schema: (others) => ({ anyOf: [first.schema(others), second.schema(others)] }),
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

const isAmount = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isPlain = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

export const text = typed<string>('a text', { type: 'string' }, (value) => typeof value === 'string');
export const truth = typed<boolean>('true or false', { type: 'boolean' }, (value) => typeof value === 'boolean');
export const number = typed<number>('a number', { type: 'number' }, Number.isFinite);
export const amount = typed<number>('a number of at least 0', { type: 'number', minimum: 0 }, isAmount);
export const count = typed<number>('a whole number of at least 0', { type: 'integer', minimum: 0 }, isCount);
export const above0 = typed<number>(
  'a number above 0',
  { type: 'number', exclusiveMinimum: 0 },
  (value) => Number.isFinite(value) && (value as number) > 0,
);
export const plain = typed<string | number | boolean>(
  'a text, a number, true or false',
  { type: ['string', 'number', 'boolean'] },
  isPlain,
);
export const textOrNumber = typed<string | number>(
  'a text or a number',
  { type: ['string', 'number'] },
  (value) => typeof value === 'string' || Number.isFinite(value),
);
/** Names and values of any kind. */
export const anyMapping: Shape<Mapping> = { read: mapping, schema: () => ({ type: 'object' }) };

function typed<T>(needed: string, schema: JsonSchema, is: (value: unknown) => boolean): Shape<T> {
  return {
    read(value) {
      if (!is(value)) throw new Mismatch(needed);
      return value as T;
    },
    schema: () => schema,
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
