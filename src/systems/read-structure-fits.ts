import { BlockReader, parameterOf, type Bounds } from './read-block.js';
import type { Parameter, StructureFit } from './system.js';
import { faultAt, type Tree } from './tree.js';

/** `[{ when: { pool.idleLaw: fixed }, value: 15s, range: [15s, 20s] }]`. Throws `UserError` that names the field. */
export function readStructureFits(
  tree: Tree | undefined,
  path: string,
  bounds: Bounds,
): Pick<Parameter, 'byStructure'> {
  if (tree === undefined) return {};
  if (tree.kind !== 'list' || tree.items.length === 0)
    throw faultAt(tree, path, 'expects a list such as [{when: {pool.idleLaw: fixed}, value: 15s}]');
  return { byStructure: tree.items.map((item, i) => fitOf(item, `${path}[${String(i)}]`, bounds)) };
}

function fitOf(tree: Tree, path: string, bounds: Bounds): StructureFit {
  const block = new BlockReader(tree, path, new Map());
  const when = block.block('when');
  if (when === undefined || when.tree.kind !== 'map' || when.tree.entries.size === 0)
    throw block.fault('when', 'is missing; give choices such as {pool.idleLaw: fixed}');
  const entries = [...when.tree.entries.keys()].map((choice) => [choice, when.text(choice)] as const);
  const value = block.field('value');
  const range = block.field('range');
  block.end();
  const amounts = new Map([...(value === undefined ? [] : [['value', value] as const]), ...(range === undefined ? [] : [['range', range] as const])]); // prettier-ignore
  const told = parameterOf({ at: tree.at, kind: 'map', entries: amounts }, path, bounds);
  return { when: Object.fromEntries(entries), value: told.value, ...(told.range === undefined ? {} : { range: told.range }) }; // prettier-ignore
}
