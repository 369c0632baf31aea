import type { Choice, Parameter, SimulatedSystem } from './system.js';

/** A parameter or a choice and where it stands: `station.coldStart.time.mean`. */
export interface At<What> {
  readonly path: string;
  readonly what: What;
}

/** All numbers of a system, in the order of its blocks. */
export function parametersOf(system: SimulatedSystem): readonly At<Parameter>[] {
  return leavesOf(system, '').flatMap(({ path, what }) => ('unit' in what ? [{ path, what }] : []));
}

/** All structural alternatives of a system. */
export function choicesOf(system: SimulatedSystem): readonly At<Choice>[] {
  return leavesOf(system, '').flatMap(({ path, what }) => ('options' in what ? [{ path, what }] : []));
}

/** The same system with other values at some paths; a path that it has not is an `Error`. */
export function withValues(system: SimulatedSystem, values: ReadonlyMap<string, number | string>): SimulatedSystem {
  const left = new Set(values.keys());
  const varied = replaced(system, '', values, left) as SimulatedSystem;
  const [unknown] = left;
  if (unknown !== undefined) throw new Error(`system ${system.name} has no parameter ${unknown}`);
  return varied;
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
