import { isScalar, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import { isUserError, messageOf, printable, UserError } from '../errors.js';
import { headerKey } from '../text/header-key.js';
import { nearest } from '../text/nearest.js';
import { expandVariables } from './expand-variables.js';

/** What `replay compare --run` makes: systems that take turns, each given to `replay run` as arguments. */
export interface RunConfig {
  readonly repeat: number;
  readonly varySeed: boolean;
  /** The folder for the runs; absent: a fresh one. */
  readonly out?: string;
  readonly systems: readonly { readonly name: string; readonly args: readonly string[] }[];
  /** What the file took from the environment. */
  readonly secrets: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where a flag of `replay run` may stand: beside `systems` or in one of them, only beside `systems`, nowhere (and why). An
 * `own key` is read here, not given to `replay run` as it stands.
 */
export type ConfigPlace = 'of a system' | 'for all' | 'own key' | { readonly refused: string };

/** The flags of `replay run`, by name. */
export type KnownFlags = Readonly<
  Record<
    string,
    {
      readonly type: 'boolean' | 'option';
      readonly multiple?: boolean;
      readonly aliases?: readonly string[];
      /** Of a boolean: whether there is `--no-...`. */
      readonly allowNo?: boolean;
      readonly place: ConfigPlace;
    }
  >
>;

const OWN_TOP = ['trace', 'repeat', 'vary-seed', 'out', 'systems'];
const OWN_SYSTEM = ['name', 'backend', 'set'];
const MOST_SYSTEMS = 100;

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Reads the text of a config file, in which `${NAME}` is a variable of `env`. Throws `UserError` that names the key, or begins
 * with `LINE:COLUMN: `.
 */
export function parseRunConfig(text: string, flags: KnownFlags, env: Environment = {}): RunConfig {
  const { content, secrets } = parseYaml(text, env);
  const top = byName(mapping(content, 'the file'), 'the file', flags);
  const own = namesAt(['of a system'], flags);
  const flagNames = namesAt(['of a system', 'for all'], flags);
  checkKeys(top, [...OWN_TOP, ...flagNames], 'the file', flags);
  const { trace, systems, repeat = 5, out } = top;
  if (!Array.isArray(systems) || systems.length === 0 || systems.length > MOST_SYSTEMS)
    throw new UserError('systems: give a list such as systems: [{name: a, backend: simulated}]');
  const shared = [...flagArguments(top, flags, flagNames), ...traceArgument(trace)];
  const named = (systems as unknown[]).map((raw, i) => systemOf(raw, `systems[${String(i)}]`, own, flags, shared));
  checkNames(named.map(({ name }) => name));
  return {
    repeat: wholeNumber(repeat, 'repeat', 1000),
    varySeed: truth(top['vary-seed'] ?? false, 'vary-seed'),
    ...(out === undefined ? {} : { out: scalar(out, 'out') }),
    systems: named,
    secrets,
  };
}

function parseYaml(text: string, env: Environment): { readonly content: unknown; readonly secrets: readonly string[] } {
  const lines = new LineCounter();
  const placed = (offset: number, message: string): UserError => {
    const { line, col } = lines.linePos(offset);
    return new UserError(`${String(line)}:${String(col)}: ${message}`);
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const [error] = document.errors;
    if (error !== undefined) throw placed(error.pos[0], `it is no YAML: ${error.message}`);
    const secrets = expandAll(document, env, (node, message) => placed(node.range?.[0] ?? 0, message));
    return { content: document.toJS({ maxAliasCount: 100 }) as unknown, secrets };
  } catch (thrown) {
    if (isUserError(thrown)) throw thrown;
    throw new UserError(`it is no YAML: ${messageOf(thrown)}`);
  }
}

/** Fills in the variables of every text but the keys; the values that were taken. */
function expandAll(document: Document, env: Environment, fault: (at: Node, message: string) => UserError): string[] {
  const secrets: string[] = [];
  visit(document, {
    Scalar(at, node) {
      if (at === 'key' || !isScalar(node) || typeof node.value !== 'string') return;
      try {
        const { text, values } = expandVariables(node.value, env);
        node.value = text;
        secrets.push(...values);
      } catch (thrown) {
        throw isUserError(thrown) ? fault(node, thrown.message) : thrown;
      }
    },
  });
  return secrets;
}

/** Shared arguments first: what a system says itself comes after them and wins. */
function systemOf(
  raw: unknown,
  where: string,
  flagNames: readonly string[],
  flags: KnownFlags,
  shared: readonly string[],
): RunConfig['systems'][number] {
  const system = byName(mapping(raw, where), where, flags);
  checkKeys(system, [...OWN_SYSTEM, ...flagNames], where, flags);
  if (system['backend'] === undefined)
    throw new UserError(`${where}: backend is missing; give a name of replay backends`);
  const backend = scalar(system['backend'], `${where}.backend`);
  const name = system['name'] === undefined ? backend : scalar(system['name'], `${where}.name`);
  const set = Object.entries(mapping(system['set'] ?? {}, `${where}.set`)).flatMap(([key, value]) =>
    listed(value, `${where}.set.${printable(key, 40)}`).map((one) => `--set=${key}=${one}`),
  );
  const own = flagNames.filter((flag) => flags[flag]?.multiple !== true && system[flag] !== undefined);
  const args = [...set, ...flagArguments(system, flags, flagNames)];
  const headers = new Set(args.flatMap(headerOf));
  const kept = shared.filter(
    (argument) => !own.some((flag) => isOf(argument, flag)) && !headerOf(argument).some((key) => headers.has(key)),
  );
  return { name, args: [...kept, `--backend=${backend}`, ...args] };
}

/** What the header of an argument is called. */
function headerOf(argument: string): string[] {
  const found = /^--(?:header|set=header)=(.*)$/s.exec(argument);
  return found === null ? [] : [headerKey(found[1] ?? '')];
}

function isOf(argument: string, flag: string): boolean {
  return argument === `--${flag}` || argument === `--no-${flag}` || argument.startsWith(`--${flag}=`);
}

function flagArguments(from: Mapping, flags: KnownFlags, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = from[name];
    if (value === undefined) return [];
    if (flags[name]?.type === 'boolean') return truth(value, name) ? [`--${name}`] : flags[name].allowNo === true ? [`--no-${name}`] : []; // prettier-ignore
    const texts = flags[name]?.multiple === true ? listed(value, name) : [scalar(value, name)];
    return texts.map((one) => `--${name}=${one}`);
  });
}

/** No name may be taken for a flag. */
function traceArgument(trace: unknown): string[] {
  if (trace === undefined) return [];
  const path = scalar(trace, 'trace');
  if (path === '-') throw new UserError('trace: standard input can be read once only; name a file');
  return [path.startsWith('-') ? `./${path}` : path];
}

/** With the name of a flag in place of its aliases. */
function byName(of: Mapping, where: string, flags: KnownFlags): Mapping {
  const names = new Map(
    Object.entries(flags).flatMap(([name, { aliases = [] }]) => aliases.map((alias) => [alias, name] as const)),
  );
  return Object.fromEntries(
    Object.entries(of).map(([key, value]) => {
      const name = names.get(key);
      if (name !== undefined && Object.hasOwn(of, name))
        throw new UserError(`${where} has the keys ${name} and ${key}, two names of one flag; keep one`);
      return [name ?? key, value];
    }),
  );
}

function namesAt(places: readonly ConfigPlace[], flags: KnownFlags): string[] {
  return Object.entries(flags)
    .filter(([, { place }]) => places.includes(place))
    .map(([name]) => name);
}

function checkKeys(of: Mapping, known: readonly string[], where: string, flags: KnownFlags): void {
  for (const key of Object.keys(of)) {
    if (known.includes(key)) continue;
    const place = Object.hasOwn(flags, key) ? flags[key]?.place : undefined;
    if (typeof place === 'object')
      throw new UserError(`${where} has the key ${key}, which is refused: ${place.refused}`);
    const isOfAll = place === 'for all' || (place === 'own key' && OWN_TOP.includes(key));
    const near = nearest(key, known);
    const hint = isOfAll
      ? 'it is the same for all systems: give it beside systems'
      : near === undefined
        ? `known are ${OWN_TOP.join(', ')} and the flags of replay run`
        : `did you mean ${near}?`;
    throw new UserError(`${where} has the ${isOfAll ? '' : 'unknown '}key ${printable(key, 40)}; ${hint}`);
  }
}

/** They are folders too. */
function checkNames(names: readonly string[]): void {
  const wrong = names.find((name) => !/^[A-Za-z0-9][\w .+@-]{0,59}$/.test(name) || name.endsWith('.'));
  if (wrong !== undefined)
    throw new UserError(
      `name ${printable(wrong, 60)}: give up to 60 letters, digits, spaces and . _ + @ -, the first a letter or digit`,
    );
  const lower = names.map((name) => name.toLowerCase());
  const twice = names.find((name, i) => lower.indexOf(name.toLowerCase()) !== i);
  if (twice !== undefined) throw new UserError(`two systems are called ${twice}; give each a name of its own`);
}

function mapping(value: unknown, where: string): Mapping {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Mapping;
  throw new UserError(`${where} must hold keys and values`);
}

function listed(value: unknown, where: string): string[] {
  return Array.isArray(value) ? (value as unknown[]).map((one) => scalar(one, where)) : [scalar(value, where)];
}

function scalar(value: unknown, where: string): string {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new UserError(`${where} must be a text or a number`);
}

function truth(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new UserError(`${where} must be true or false`);
}

function wholeNumber(value: unknown, where: string, most: number): number {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most) return value as number;
  throw new UserError(`${where} must be a whole number from 1 to ${String(most)}`);
}
