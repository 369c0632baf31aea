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

/**
 * The same system with other values at some paths; a path that it has not is an `Error`. Another choice brings with it the
 * values that were fitted under it, where they are not given here and not known.
 */
export function withValues(system: SimulatedSystem, values: ReadonlyMap<string, number | string>): SimulatedSystem {
  const puts = new Map([...values].map(([path, value]): [string, Put] => [path, { value }]));
  const changesChoice = [...values.values()].some((value) => typeof value === 'string');
  return replacedIn(system, changesChoice ? new Map([...structureFits(system, values), ...puts]) : puts);
}

/** The same system with the values and ranges that were fitted under its choices. */
export function fittedToStructure(system: SimulatedSystem): SimulatedSystem {
  return replacedIn(system, structureFits(system, new Map()));
}

/** What takes the place of fields of a parameter or a choice. */
interface Put {
  readonly value: number | string;
  readonly range?: readonly [low: number, high: number];
}

function structureFits(
  system: SimulatedSystem,
  values: ReadonlyMap<string, number | string>,
): ReadonlyMap<string, Put> {
  const choices = new Map(choicesOf(system).map(({ path, what }) => [path, values.get(path) ?? what.value]));
  const puts = new Map<string, Put>();
  for (const { path, what } of parametersOf(system)) {
    if (what.role === 'fixed' || values.has(path)) continue;
    const fit = what.byStructure?.find(({ when }) =>
      Object.entries(when).every(([choice, option]) => choices.get(choice) === option),
    );
    if (fit !== undefined) puts.set(path, { value: fit.value, ...(fit.range === undefined ? {} : { range: fit.range }) }); // prettier-ignore
  }
  return puts;
}

function replacedIn(system: SimulatedSystem, puts: ReadonlyMap<string, Put>): SimulatedSystem {
  const left = new Set(puts.keys());
  const varied = replaced(inBlocks(system), '', puts, left) as Blocks;
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

function replaced(node: unknown, path: string, puts: ReadonlyMap<string, Put>, left: Set<string>): unknown {
  if (!isBlock(node)) return node;
  if (isLeaf(node)) {
    const put = puts.get(path);
    if (put === undefined) return node;
    left.delete(path);
    return { ...node, ...put };
  }
  const entries = Object.entries(node).map(
    ([key, child]) => [key, replaced(child, path === '' ? key : `${path}.${key}`, puts, left)] as const,
  );
  return Object.fromEntries(entries);
}

function isBlock(node: unknown): node is object {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

function isLeaf(node: object): node is Parameter | Choice {
  return 'value' in node && 'role' in node && 'source' in node;
}
