import fc from 'fast-check';

type Json = Readonly<Record<string, unknown>>;

const WRONG: readonly unknown[] = [
  ...['x', '', 'NaN', 'Infinity', '__proto__', null, true, [], {}, [[]], [null], { a: 1 }],
  ...[-1, 0, 0.5, 3, 2 ** 31, 2 ** 32, 1e9, 1e12, 1e15, Number.MAX_SAFE_INTEGER, 1e308, -1e308, 5e-324],
];

/** Texts that JSON has no number for, or that a reader may choke on. */
const RAW = ['NaN', '1e999', '-1e999', '"\\ud800"', '['.repeat(50_000) + ']'.repeat(50_000), '{"a":'.repeat(20_000)];

/** One damage to a JSON file: a value at some place, a piece of text in place of a value, a cut, or other bytes. */
export function recordDamages(text: string): fc.Arbitrary<string> {
  const value = JSON.parse(text) as Json;
  const path = fc.constantFrom(...pathsOf(value));
  const changed = fc
    .tuple(path, fc.constantFrom(...WRONG, undefined))
    .map(([at, wrong]) => JSON.stringify(withValue(value, at, () => wrong)));
  const raw = fc
    .tuple(path, fc.constantFrom(...RAW))
    .map(([at, piece]) => JSON.stringify(withValue(value, at, () => '<here>')).replace('"<here>"', () => piece));
  const cut = fc.nat(text.length - 1).map((length) => text.slice(0, length));
  const bytes = fc
    .tuple(fc.nat(text.length - 1), fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }))
    .map(([at, piece]) => text.slice(0, at) + piece + text.slice(at + piece.length));
  return fc.oneof({ arbitrary: changed, weight: 6 }, { arbitrary: raw, weight: 2 }, cut, bytes);
}

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value).slice(0, 60) : [];
  return [...(path.length === 0 ? [] : [path]), ...entries.flatMap(([key, one]) => pathsOf(one, [...path, key]))];
}

function withValue(value: unknown, [first, ...rest]: readonly string[], wrong: () => unknown): unknown {
  if (first === undefined) return wrong();
  const changed = Object.entries(value as Json).map(([key, one]) => [
    key,
    key === first ? withValue(one, rest, wrong) : one,
  ]);
  return Array.isArray(value) ? changed.map(([, one]) => one) : Object.fromEntries(changed);
}
