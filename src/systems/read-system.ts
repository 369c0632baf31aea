import { fileURLToPath } from 'node:url';
import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { parseSystem } from './parse-system.js';
import { readTree } from './read-tree.js';
import { BlockReader } from './read-block.js';
import { SHIPPED } from './shipped.js';
import type { SimulatedSystem } from './system.js';
import { faultAt, treeAt, withTree, type Tree } from './tree.js';
import { measuredTimes } from './measured-times.js';

/** Which variant of a system that serves several models. */
export interface VariantWish {
  readonly model?: string | undefined;
  readonly runtime?: string | undefined;
}

/** A shipped system by name, or one from a YAML file by its path, relative to the working directory. Throws `UserError`. */
export async function readSystem(nameOrPath: string, wish: VariantWish = {}): Promise<SimulatedSystem> {
  const tree = await treeOf(nameOrPath);
  const { chosen, model, runtime } = chooseVariant(tree, wish);
  return parseSystem(chosen, { model, runtime }, await measuredTimes(chosen));
}

/** Models and runtimes of a file, the default first; a file without variants has one of neither. */
export async function variantsOf(
  nameOrPath: string,
): Promise<readonly { model: string | null; runtime: string | null }[]> {
  return variantsIn(await treeOf(nameOrPath)).map(({ model, runtime }) => ({ model, runtime }));
}

async function treeOf(nameOrPath: string): Promise<Tree> {
  if (looksLikePath(nameOrPath)) return readTree(nameOrPath);
  if (!SHIPPED.includes(nameOrPath)) {
    const near = nearest(nameOrPath, SHIPPED);
    const hint = near === undefined ? 'replay system list shows them' : `did you mean ${near}?`;
    throw new UserError(
      `no system is named ${printable(nameOrPath, 60)}; ${hint} (a file: ./${printable(nameOrPath, 60)}.yaml)`,
    );
  }
  const path = fileURLToPath(new URL(`../../systems/${nameOrPath}.yaml`, import.meta.url));
  return readTree(path, `systems/${nameOrPath}.yaml`);
}

function looksLikePath(text: string): boolean {
  return /[/\\]|\.ya?ml$/.test(text);
}

interface Variant {
  readonly model: string | null;
  readonly runtime: string | null;
  /** What it says differently, by path. */
  readonly set: ReadonlyMap<string, Tree>;
}

function variantsIn(tree: Tree): readonly Variant[] {
  const listed = treeAt(tree, ['variants']);
  if (listed === undefined) return [{ model: null, runtime: null, set: new Map() }];
  if (listed.kind !== 'list' || listed.items.length === 0)
    throw faultAt(listed, 'variants', 'expects a list such as [{model: mobilenet, runtime: ort, set: {...}}]');
  return listed.items.map((item, i) => {
    const block = new BlockReader(item, `variants[${String(i)}]`, new Map());
    const variant = { model: block.text('model'), runtime: block.text('runtime'), set: new Map<string, Tree>() };
    const set = block.field('set');
    block.end();
    if (set === undefined) return variant;
    if (set.kind !== 'map') throw faultAt(set, `variants[${String(i)}].set`, 'expects fields by their paths');
    return { ...variant, set: set.entries };
  });
}

function chooseVariant(tree: Tree, { model, runtime }: VariantWish): Omit<Variant, 'set'> & { readonly chosen: Tree } {
  const variants = variantsIn(tree);
  const found = variants.find(
    (one) => (model === undefined || one.model === model) && (runtime === undefined || one.runtime === runtime),
  );
  if (found === undefined) throw faultAt(tree, 'variants', noVariant(variants, { model, runtime }));
  const entries = new Map(tree.kind === 'map' ? tree.entries : []);
  entries.delete('variants');
  const base: Tree = tree.kind === 'map' ? { ...tree, entries } : tree;
  const chosen = [...found.set].reduce((so, [path, put]) => withTree(so, path.split('.'), put), base);
  return { model: found.model, runtime: found.runtime, chosen };
}

function noVariant(variants: readonly Variant[], { model, runtime }: VariantWish): string {
  const wanted = [model, runtime].filter((word) => word !== undefined).map((word) => printable(word, 40));
  const known = variants.map((one) => (one.model === null ? 'none' : `${one.model} with ${String(one.runtime)}`));
  return `there is no variant for ${wanted.join(' with ')}; there is ${known.join(', ')}`;
}
