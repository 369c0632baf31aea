import { UserError } from '../errors.js';

/** What stands in a file, with its place (`mine.yaml:3:7`) for messages. */
export type Tree =
  | { readonly at: string; readonly kind: 'scalar'; readonly value: string | number | boolean | null }
  | { readonly at: string; readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly at: string; readonly kind: 'map'; readonly entries: ReadonlyMap<string, Tree> };

/** An error of the file: where, in which field, and why. */
export function faultAt({ at }: Tree, path: string, why: string): UserError {
  return new UserError(`${at}: ${path === '' ? '' : `${path}: `}${why}`);
}

/** The same tree with another one at a path of names. */
export function withTree(tree: Tree, path: readonly string[], put: Tree): Tree {
  const [name, ...rest] = path;
  if (name === undefined) return put;
  const entries = new Map(tree.kind === 'map' ? tree.entries : []);
  const below = entries.get(name) ?? { at: put.at, kind: 'map' as const, entries: new Map<string, Tree>() };
  entries.set(name, withTree(below, rest, put));
  return { at: tree.at, kind: 'map', entries };
}

/** What stands at a path of names. */
export function treeAt(tree: Tree | undefined, path: readonly string[]): Tree | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return tree;
  return tree?.kind === 'map' ? treeAt(tree.entries.get(name), rest) : undefined;
}
