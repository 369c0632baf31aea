import { printable } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { amountOf, EXAMPLES, type Bounds } from './read-amount.js';
import { ROLES, type Choice, type Law, type Parameter, type Role, type StructureFit } from './system.js';
import { faultAt, type Tree } from './tree.js';

const GIVEN = 'given in the file';
const DEFAULT = 'default';

/** Measured service times by the path of their `from`, read before. */
export type MeasuredTimes = ReadonlyMap<string, readonly number[]>;

/** One block of a system file: each field is asked for once, and `end` refuses what was not asked for. */
export class BlockReader {
  readonly tree: Tree;
  readonly path: string;
  readonly measured: MeasuredTimes;
  readonly #entries: ReadonlyMap<string, Tree>;
  readonly #known: string[] = [];

  constructor(tree: Tree, path: string, measured: MeasuredTimes) {
    if (tree.kind !== 'map') throw faultAt(tree, path, 'expects names and values');
    this.tree = tree;
    this.path = path;
    this.measured = measured;
    this.#entries = tree.entries;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  fault(name: string, why: string): Error {
    return faultAt(this.#entries.get(name) ?? this.tree, this.#at(name), why);
  }

  field(name: string): Tree | undefined {
    this.#known.push(name);
    return this.#entries.get(name);
  }

  block(name: string): BlockReader | undefined {
    const tree = this.field(name);
    return tree === undefined ? undefined : new BlockReader(tree, this.#at(name), this.measured);
  }

  text(name: string, otherwise?: string): string {
    const tree = this.field(name);
    if (tree === undefined && otherwise !== undefined) return otherwise;
    if (tree?.kind !== 'scalar' || tree.value === null) throw this.fault(name, 'expects a text');
    return printable(String(tree.value), 400);
  }

  parameter(name: string, bounds: Bounds): Parameter {
    const tree = this.field(name);
    if (tree !== undefined) return parameterOf(tree, this.#at(name), bounds);
    if (bounds.otherwise === undefined) throw this.fault(name, `is missing; give ${EXAMPLES[bounds.unit]}`);
    return { value: bounds.otherwise, unit: bounds.unit, source: DEFAULT, role: 'fixed' };
  }

  choice<Option extends string>(name: string, options: readonly Option[], otherwise: Option): Choice<Option> {
    const tree = this.field(name);
    if (tree === undefined) return { value: otherwise, options: [otherwise], source: DEFAULT, role: 'fixed' };
    return choiceOf(tree, this.#at(name), options);
  }

  law(name: string, otherwise?: number): Law {
    const tree = this.field(name);
    if (tree !== undefined) return lawOf(tree, this.#at(name), this.measured);
    if (otherwise === undefined) throw this.fault(name, 'is missing; give a length such as 20ms');
    return { law: 'constant', mean: { value: otherwise, unit: 'ms', source: DEFAULT, role: 'fixed' } };
  }

  /** Throws `UserError` for the first field that was not asked for. */
  end(): void {
    for (const [name, tree] of this.#entries) {
      if (this.#known.includes(name)) continue;
      const near = nearest(name, this.#known);
      const hint = near === undefined ? `known here are ${this.#known.join(', ')}` : `did you mean ${near}?`;
      throw faultAt(tree, this.#at(printable(name, 60)), `there is no such field; ${hint}`);
    }
  }

  #at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

function parameterOf(tree: Tree, path: string, bounds: Bounds): Parameter {
  if (tree.kind !== 'map')
    return { value: amountOf(tree, path, bounds), unit: bounds.unit, source: GIVEN, role: 'fixed' };
  const block = new BlockReader(tree, path, NO_TIMES);
  const [value, range] = [block.field('value'), block.field('range')];
  const [low, high, ...more] =
    range?.kind === 'list' ? range.items.map((item) => amountOf(item, `${path}.range`, bounds)) : [];
  const given = value === undefined ? undefined : amountOf(value, `${path}.value`, bounds);
  const role = roleOf(block, range === undefined ? 'fixed' : 'sampled');
  const source = block.text('source', GIVEN);
  const fits = structureFits(block.field('byStructure'), `${path}.byStructure`, bounds);
  block.end();
  if (range === undefined) {
    if (given === undefined) throw faultAt(tree, path, `give a value or a range`);
    if (role === 'sampled') throw faultAt(tree, path, 'role sampled needs a range to draw from');
    return { value: given, unit: bounds.unit, source, role, ...fits };
  }
  if (low === undefined || high === undefined || more.length > 0 || !(low <= high) || high === Infinity)
    throw faultAt(range, `${path}.range`, 'expects two amounts, the lower first, such as [10ms, 40ms]');
  const middle = bounds.whole === true ? Math.round((low + high) / 2) : (low + high) / 2;
  if (given !== undefined && (given < low || given > high))
    throw faultAt(value ?? tree, `${path}.value`, 'lies outside of its range');
  return { value: given ?? middle, range: [low, high], unit: bounds.unit, source, role, ...fits };
}

/** `[{ when: { pool.idleLaw: fixed }, value: 15s, range: [15s, 20s] }]`. */
function structureFits(tree: Tree | undefined, path: string, bounds: Bounds): Pick<Parameter, 'byStructure'> {
  if (tree === undefined) return {};
  if (tree.kind !== 'list' || tree.items.length === 0)
    throw faultAt(tree, path, 'expects a list such as [{when: {pool.idleLaw: fixed}, value: 15s}]');
  return { byStructure: tree.items.map((item, i) => structureFit(item, `${path}[${String(i)}]`, bounds)) };
}

function structureFit(tree: Tree, path: string, bounds: Bounds): StructureFit {
  const block = new BlockReader(tree, path, NO_TIMES);
  const when = block.block('when');
  if (when?.tree.kind !== 'map' || when.tree.entries.size === 0)
    throw block.fault('when', 'is missing; give choices such as {pool.idleLaw: fixed}');
  const choices = [...when.tree.entries.keys()].map((choice) => [choice, when.text(choice)] as const);
  const amounts = new Map([...(tree.kind === 'map' ? tree.entries : [])].filter(([name]) => name !== 'when'));
  const { value, range } = parameterOf({ at: tree.at, kind: 'map', entries: amounts }, path, bounds);
  return { when: Object.fromEntries(choices), value, ...(range === undefined ? {} : { range }) };
}

const NO_TIMES: MeasuredTimes = new Map();

function roleOf(block: BlockReader, otherwise: Role): Role {
  const role = block.text('role', otherwise);
  const known = ROLES.find((one) => one === role);
  if (known === undefined) throw block.fault('role', `expects ${ROLES.join(', ')}, not ${printable(role, 40)}`);
  return known;
}

function choiceOf<Option extends string>(tree: Tree, path: string, options: readonly Option[]): Choice<Option> {
  const one = (item: Tree, at: string): Option => {
    const text = item.kind === 'scalar' ? String(item.value) : '';
    const known = options.find((option) => option === text);
    if (known === undefined) throw faultAt(item, at, `expects one of ${options.join(', ')}`);
    return known;
  };
  if (tree.kind !== 'map') {
    const value = one(tree, path);
    return { value, options: [value], source: GIVEN, role: 'fixed' };
  }
  const block = new BlockReader(tree, path, NO_TIMES);
  const value = block.field('value');
  if (value === undefined) throw faultAt(tree, `${path}.value`, `is missing; give one of ${options.join(', ')}`);
  const others = block.field('options');
  const chosen = one(value, `${path}.value`);
  const open = others?.kind === 'list' ? others.items.map((item) => one(item, `${path}.options`)) : [chosen];
  const role = roleOf(block, open.length > 1 ? 'sampled' : 'fixed');
  const source = block.text('source', GIVEN);
  block.end();
  if (!open.includes(chosen)) throw faultAt(value, `${path}.value`, 'is none of its options');
  return { value: chosen, options: open, source, role };
}

const LAWS = ['constant', 'exponential', 'lognormal', 'gamma', 'empirical'] as const;
const LENGTH: Bounds = { unit: 'ms' };
const RATE: Bounds = { unit: '/s', positive: true };

/** `20ms`, `{value, range, ...}` of a constant; `{law, mean or rate, cv}`; `{from: RUN}`. */
function lawOf(tree: Tree, path: string, measured: MeasuredTimes): Law {
  if (tree.kind !== 'map' || tree.entries.has('value') || tree.entries.has('range'))
    return { law: 'constant', mean: parameterOf(tree, path, LENGTH) };
  const block = new BlockReader(tree, path, measured);
  const law = readLaw(block, measured);
  block.end();
  return law;
}

/** The fields of a law, which may stand beside others. */
export function readLaw(block: BlockReader, measured: MeasuredTimes): Law {
  const from = block.field('from');
  if (from !== undefined) return empiricalLaw(block, measured);
  const name = block.text('law', 'constant');
  const law = LAWS.find((one) => one === name);
  if (law === undefined || law === 'empirical')
    throw block.fault('law', `expects one of ${LAWS.slice(0, 4).join(', ')}, or from: RUN for a measured one`);
  if (block.has('mean') === block.has('rate'))
    throw block.fault('law', `the law ${law} needs a mean (such as 20ms) or a rate (such as 50/s)`);
  const rate = block.has('rate') ? block.parameter('rate', RATE) : undefined;
  const mean = rate ?? block.parameter('mean', LENGTH);
  if (law === 'constant' || law === 'exponential') return { law, mean };
  if (!block.has('cv')) throw block.fault('law', `the law ${law} needs cv (standard deviation over mean)`);
  return { law, mean, cv: block.parameter('cv', { unit: 'share', most: 100 }) };
}

function empiricalLaw(block: BlockReader, measured: MeasuredTimes): Law {
  const from = block.text('from');
  const values = measured.get(from);
  if (values === undefined || values.length === 0) throw block.fault('from', 'no service time was measured there');
  const mean = values.reduce((sum, ms) => sum + ms, 0) / values.length;
  if (block.has('law') && block.text('law') !== 'empirical')
    throw block.fault('law', 'a measured service time (from) has the law empirical');
  const source = `measured: ${from}`;
  const fallback: Parameter = { value: mean, unit: 'ms', source, role: 'fixed' };
  return { law: 'empirical', from, values, mean: block.has('mean') ? block.parameter('mean', LENGTH) : fallback };
}
