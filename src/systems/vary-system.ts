import type { Choice, Parameter, Pool, Server, SimulatedSystem } from './system.js';

/** A parameter or a choice and where it stands, as in a file: `pool.coldStart.time.mean`. */
export interface At<What> {
  readonly path: string;
  readonly what: What;
}

/** All numbers of a system, in the order of its blocks. */
export function parametersOf(system: SimulatedSystem): readonly At<Parameter>[] {
  return leavesOf(inBlocks(system), '').flatMap(({ path, what }) => ('unit' in what ? [{ path, what }] : []));
}

/** All structural alternatives of a system. */
export function choicesOf(system: SimulatedSystem): readonly At<Choice>[] {
  return leavesOf(inBlocks(system), '').flatMap(({ path, what }) => ('options' in what ? [{ path, what }] : []));
}

/** The same system with other values at some paths; a path that it has not is an `Error`. */
export function withValues(system: SimulatedSystem, values: ReadonlyMap<string, number | string>): SimulatedSystem {
  const left = new Set(values.keys());
  const varied = replaced(inBlocks(system), '', values, left) as Blocks;
  const [unknown] = left;
  if (unknown !== undefined) throw new Error(`system ${system.name} has no parameter ${unknown}`);
  const { server, pool, ...rest } = varied;
  return { ...rest, station: (pool ?? server) as SimulatedSystem['station'] };
}

/** The same system, in which what stands at some paths is known: no draw varies it. */
export function withKnown(system: SimulatedSystem, paths: readonly string[]): SimulatedSystem {
  const copy = structuredClone(system);
  for (const { path, what } of [...parametersOf(copy), ...choicesOf(copy)])
    if (paths.includes(path)) Object.assign(what, { role: 'fixed' });
  return copy;
}

/** A station stands in a file as what it is. */
type Blocks = Omit<SimulatedSystem, 'station'> & { readonly server?: Server; readonly pool?: Pool };

function inBlocks({ station, ...rest }: SimulatedSystem): Blocks {
  return station.kind === 'server' ? { ...rest, server: station } : { ...rest, pool: station };
}

function leavesOf(node: unknown, path: string): At<Parameter | Choice>[] {
  if (!isBlock(node)) return [];
  if (isLeaf(node)) return [{ path, what: node }];
  return Object.entries(node).flatMap(([key, child]) => leavesOf(child, path === '' ? key : `${path}.${key}`));
}

function replaced(
  node: unknown,
  path: string,
  values: ReadonlyMap<string, number | string>,
  left: Set<string>,
): unknown {
  if (!isBlock(node)) return node;
  if (isLeaf(node)) {
    const value = values.get(path);
    if (value === undefined) return node;
    left.delete(path);
    return { ...node, value };
  }
  const entries = Object.entries(node).map(
    ([key, child]) => [key, replaced(child, path === '' ? key : `${path}.${key}`, values, left)] as const,
  );
  return Object.fromEntries(entries);
}

function isBlock(node: unknown): node is object {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

function isLeaf(node: object): node is Parameter | Choice {
  return 'value' in node && 'role' in node && 'source' in node;
}
