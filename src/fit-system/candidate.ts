import type { Choice, Law, Parameter, SimulatedSystem } from '../systems/system.js';
import type { Sample } from './first-look.js';
import { choicesOf, fittedToStructure, parametersOf } from '../systems/vary-system.js';

/** A system that may be the one that was seen: what was read off the runs is in it, the rest is to be searched for. */
export interface Candidate {
  /** What distinguishes it: `8 workers`. */
  readonly name: string;
  readonly system: SimulatedSystem;
  /** What was known of these mechanisms before. */
  readonly before: SimulatedSystem;
  readonly free: readonly FreeNumber[];
  /** Numbers that were measured without a simulation, with the bounds of their mean. */
  readonly measured: ReadonlyMap<string, readonly [low: number, high: number]>;
  /** Of those that fit about as well, the lowest is taken. */
  readonly complexity: number;
}

export interface FreeNumber {
  readonly path: string;
  readonly low: number;
  readonly high: number;
  /** Where a search starts: the best of these; absent: at the value that the system has. */
  readonly tries?: readonly number[];
  /** Where nothing bounds it, the value found stays, and not that of the template: other numbers depend on it. */
  readonly stays?: true;
}

/** The system with other facts at some paths: a value, a range, a role, a source. */
export function withFacts(
  system: SimulatedSystem,
  facts: ReadonlyMap<string, Partial<Parameter> | Partial<Choice>>,
): SimulatedSystem {
  const copy = structuredClone(system);
  const left = new Set(facts.keys());
  for (const { path, what } of [...parametersOf(copy), ...choicesOf(copy)]) {
    const told = facts.get(path);
    if (told === undefined) continue;
    left.delete(path);
    Object.assign(what, told);
  }
  const [unknown] = left;
  if (unknown !== undefined) throw new Error(`system ${system.name} has no parameter ${unknown}`);
  return copy;
}

/** The system with the values that were fitted under its choices, and without those under others. */
export function underItsChoices(system: SimulatedSystem): SimulatedSystem {
  const copy = structuredClone(fittedToStructure(system));
  for (const { what } of parametersOf(copy)) Reflect.deleteProperty(what, 'byStructure');
  return copy;
}

export function numberAt(system: SimulatedSystem, path: string): Parameter {
  const found = parametersOf(system).find((one) => one.path === path);
  if (found === undefined) throw new Error(`system ${system.name} has no parameter ${path}`);
  return found.what;
}

/** A measured length: lognormal, or constant where it hardly varies. */
export function measuredLaw(meanMs: number, cv: number, source: string): Law {
  const mean: Parameter = { value: meanMs, unit: 'ms', source, role: 'fitted' };
  if (!(cv > HARDLY)) return { law: 'constant', mean };
  return { law: 'lognormal', mean, cv: { value: cv, unit: 'share', source, role: 'fitted' } };
}

const HARDLY = 0.02;

/** Of a measured law, by path: its mean and how much it varies, each to two standard errors and at least 1 %. */
export function boundsOfLaw(path: string, { mean, cv, count }: Sample): Map<string, readonly [number, number]> {
  const error = Math.max(0.01, (2 * (cv || 0)) / Math.sqrt(count));
  const spread = Math.max(0.01, 2 / Math.sqrt(2 * count));
  return new Map<string, readonly [number, number]>([
    [`${path}.mean`, [mean * Math.max(0.2, 1 - error), mean * (1 + error)]],
    [`${path}.cv`, [cv * Math.max(0.2, 1 - spread), cv * (1 + spread)]],
  ]);
}
