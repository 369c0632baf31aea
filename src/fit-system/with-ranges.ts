import type { Parameter, SimulatedSystem } from '../systems/system.js';
import { parametersOf } from '../systems/vary-system.js';
import { boundsOf } from './bounds-of.js';
import { withFacts, type Candidate, type FreeNumber } from './candidate.js';
import type { Judge } from './misfit.js';

/** What runs say of one number of a system. */
export interface FittedNumber {
  readonly path: string;
  readonly value: number;
  readonly range: readonly [low: number, high: number] | undefined;
  readonly unit: Parameter['unit'];
  /** `at-least`, `at-most`: the runs bound it to one side alone. `not-exercised`: they say nothing; its range is kept. */
  readonly seen: 'fitted' | 'at-least' | 'at-most' | 'not-exercised';
}

export interface Ranging {
  readonly judge: Judge;
  /** The misfit of the candidate, and by how much it may rise within a range. */
  readonly least: number;
  readonly allowed: number;
  /** Where the numbers come from. */
  readonly source: string;
}

/** The candidate with the ranges that the runs leave; what they do not bound is as in the template. */
export function withRanges(
  best: Candidate,
  ranging: Ranging,
): { readonly system: SimulatedSystem; readonly numbers: readonly FittedNumber[] } {
  const known = new Map(parametersOf(best.before).map(({ path, what }) => [path, what]));
  const facts = new Map<string, Parameter>();
  const numbers = parametersOf(best.system).flatMap(({ path, what }): FittedNumber[] => {
    const free = best.free.find((one) => one.path === path);
    if (free === undefined && what.role === 'fixed') return [];
    const [fact, seen] = factOf(path, what, free, best, known.get(path), ranging);
    facts.set(path, fact);
    return [{ path, value: fact.value, range: fact.range, unit: fact.unit, seen }];
  });
  return { system: withFacts(best.system, facts), numbers };
}

type Fact = readonly [fact: Parameter, seen: FittedNumber['seen']];

function factOf(
  path: string,
  what: Parameter,
  free: FreeNumber | undefined,
  best: Candidate,
  before: Parameter | undefined,
  ranging: Ranging,
): Fact {
  // prettier-ignore
  const { judge, least, allowed, source } = ranging;
  const measured = best.measured.get(path);
  if (measured !== undefined && free === undefined) return [fittedTo(what, measured, source), 'fitted'];
  if (free === undefined) return what === before || what.source === before?.source ? [what, 'not-exercised'] : [{ ...what, source }, 'fitted']; // prettier-ignore
  const found = boundsOf(judge, best.system, path, what.value, least, allowed);
  const [low, high] = [Math.max(found.low, measured?.[0] ?? 0), Math.min(found.high, measured?.[1] ?? Infinity)];
  if (low > 0 && high < Infinity) return [fittedTo(what, [low, high], source), 'fitted'];
  if (free.stays === true) return [fittedTo(what, [low, Math.min(high, free.high)], source), high < Infinity ? 'at-most' : 'not-exercised']; // prettier-ignore
  const kept: Parameter = before?.unit === what.unit ? before : { ...what, source: 'a guess: the runs do not tell', role: 'sampled', range: [what.value / 2, what.value * 2] }; // prettier-ignore
  if (low > 0) return [clipped(kept, low, Infinity, source), 'at-least'];
  if (high < Infinity) return [clipped(kept, 0, high, source), 'at-most'];
  return [kept, 'not-exercised'];
}

const DIGITS = 4;

function fittedTo(what: Parameter, [low, high]: readonly [number, number], source: string): Parameter {
  const value = rounded(what.value);
  return { value, range: [Math.min(value, rounded(low)), Math.max(value, rounded(high))], unit: what.unit, source, role: 'fitted' }; // prettier-ignore
}

/** What was known before, as far as the runs leave it; a range that they contradict begins (ends) at their bound. */
function clipped(kept: Parameter, low: number, high: number, source: string): Parameter {
  const [from, to] = kept.range ?? [kept.value, kept.value];
  if (from >= low && to <= high) return kept;
  const range = [Math.max(from, low), Math.min(to, high)] as const;
  const [least, most] = range[0] <= range[1] ? range : low > to ? [low, low * SPAN] : [high / SPAN, high];
  if (most === Infinity) return kept;
  const value = Math.min(most, Math.max(least, kept.value));
  return { value: rounded(value), range: [Math.min(rounded(least), rounded(value)), Math.max(rounded(most), rounded(value))], unit: kept.unit, source: `${kept.source}; bounded by ${source}`, role: 'sampled' }; // prettier-ignore
}

/** How far a number may lie beyond its only bound, where nothing else is known. */
const SPAN = 4;

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
