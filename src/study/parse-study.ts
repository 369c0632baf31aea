import { existsSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { YamlFile, YamlPath } from '../config/read-yaml-file.js';
import { printable, UserError } from '../errors.js';
import { parseThresholds } from '../gate/parse-threshold.js';
import { nearest } from '../text/nearest.js';
import type { Cell, LiveCell, SimulatedCell, Study, Workload } from './study.js';

/** Turns what a live system says of `replay run` into its arguments. Throws `UserError` that names the key. */
export type RunArguments = (entry: Readonly<Record<string, unknown>>) => Pick<LiveCell, 'args' | 'secrets'>;

const TOP = ['name', 'draws', 'seed', 'repeats', 'slo', 'budget', 'prices', 'models', 'workloads', 'batch', 'systems'];
const SHARED = ['name', 'models', 'workloads', 'batch', 'runtimes'];
const SIMULATED = [...SHARED, 'system', 'set', 'prices', 'flags'];
const MOST_SYSTEMS = 100;
const MOST_CELLS = 2000;
const MOST_DRAWS = 10_000;

type Mapping = Readonly<Record<string, unknown>>;

/** Reads a study. Throws `UserError` with file, line and column of the first thing that is wrong. */
export function parseStudy(file: YamlFile, path: string, runArguments: RunArguments): Study {
  return new StudyReader(file, path, runArguments).read();
}

class StudyReader {
  readonly #file: YamlFile;
  readonly #path: string;
  readonly #runArguments: RunArguments;

  constructor(file: YamlFile, path: string, runArguments: RunArguments) {
    this.#file = file;
    this.#path = path;
    this.#runArguments = runArguments;
  }

  read(): Study {
    const top = this.#mapping(this.#file.value, []);
    this.#checkKeys(top, TOP, []);
    const workloads = this.#list(top['workloads'], ['workloads']).map((raw, i) =>
      this.#workload(raw, ['workloads', i]),
    );
    this.#unique(workloads, ['workloads']);
    const systems = this.#list(top['systems'], ['systems']);
    if (systems.length > MOST_SYSTEMS) throw this.#fault(['systems'], `give at most ${String(MOST_SYSTEMS)} systems`);
    const shared: Shared = {
      models: top['models'] === undefined ? [''] : this.#texts(top['models'], ['models']),
      workloads: workloads.map(({ name }) => name),
      batches: this.#batches(top['batch'], ['batch']) ?? [1],
      prices: this.#optionalText(top['prices'], ['prices']),
    };
    const cells = systems.flatMap((raw, i) => this.#system(raw, ['systems', i], shared));
    if (cells.length > MOST_CELLS)
      throw this.#fault([], `it has ${String(cells.length)} cells; at most ${String(MOST_CELLS)}`);
    this.#distinct(cells);
    return {
      name: this.#optionalText(top['name'], ['name']) ?? basename(this.#path, extname(this.#path)),
      draws: this.#whole(top['draws'] ?? 30, ['draws'], 2, MOST_DRAWS),
      seed: this.#whole(top['seed'] ?? 1, ['seed'], 0, Number.MAX_SAFE_INTEGER),
      repeats: this.#whole(top['repeats'] ?? 3, ['repeats'], 1, 1000),
      slo: this.#slo(top['slo']),
      budget: this.#optionalText(top['budget'], ['budget']),
      workloads,
      cells,
    };
  }

  #slo(raw: unknown): readonly string[] {
    if (raw === undefined) return [];
    const texts = this.#texts(raw, ['slo']);
    try {
      return parseThresholds(texts).map(({ text }) => text);
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      throw this.#fault(['slo'], thrown.message.replace(/^--threshold/, 'slo'));
    }
  }

  #workload(raw: unknown, at: YamlPath): Workload {
    if (typeof raw === 'string')
      return { name: basename(raw).replace(/\.(json|jsonl|csv)(\.gz)?$/, ''), path: this.#trace(raw, at) };
    const entry = this.#mapping(raw, at);
    this.#checkKeys(entry, ['name', 'trace'], at);
    const trace = this.#text(entry['trace'], [...at, 'trace']);
    const name =
      entry['name'] === undefined ? basename(trace, extname(trace)) : this.#text(entry['name'], [...at, 'name']);
    return { name: this.#name(name, at), path: this.#trace(trace, [...at, 'trace']) };
  }

  /** A shipped trace by name, or a file from the folder of the study. */
  #trace(text: string, at: YamlPath): string {
    const shipped = fileURLToPath(new URL(`../../traces/${text}.json`, import.meta.url));
    if (/^[\w-]+$/.test(text) && existsSync(shipped)) return shipped;
    const path = resolve(dirname(this.#path), text);
    if (existsSync(path)) return path;
    throw this.#fault(
      at,
      `there is no trace ${printable(text, 100)}; name a file, or workload-40, workload-120, workload-200`,
    );
  }

  #system(raw: unknown, at: YamlPath, shared: Shared): Cell[] {
    const entry = this.#mapping(raw, at);
    const isLive = entry['backend'] !== undefined;
    if (isLive === (entry['system'] !== undefined))
      throw this.#fault(at, 'give either system (a simulated one, see replay system list) or backend (a live one)');
    if (!isLive) this.#checkKeys(entry, SIMULATED, at);
    const key = isLive ? 'backend' : 'system';
    const definition = this.#text(entry[key], [...at, key]);
    const name = this.#name(
      this.#optionalText(entry['name'], [...at, 'name']) ?? basename(definition, extname(definition)),
      at,
    );
    const models = this.#among(entry['models'], shared.models, [...at, 'models']);
    const workloads = this.#among(entry['workloads'], shared.workloads, [...at, 'workloads']);
    const batches = this.#batches(entry['batch'], [...at, 'batch']) ?? shared.batches;
    const runtimes = entry['runtimes'] === undefined ? [''] : this.#texts(entry['runtimes'], [...at, 'runtimes']);
    const rest = isLive ? this.#live(entry, at) : this.#simulated(entry, definition, at, shared);
    return workloads.flatMap((workload) =>
      models.flatMap((model) =>
        runtimes.flatMap((runtime) =>
          batches.map((batch): Cell => ({
            id: idOf([name, model, runtime, workload, batch > 1 ? `batch-${String(batch)}` : '']),
            system: name,
            model,
            runtime,
            workload,
            batch,
            ...rest,
          })),
        ),
      ),
    );
  }

  #live(entry: Mapping, at: YamlPath): Pick<LiveCell, 'source' | 'args' | 'secrets'> {
    const own = Object.fromEntries(Object.entries(entry).filter(([key]) => !SHARED.includes(key)));
    try {
      return { source: 'live', ...this.#runArguments(own) };
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      throw this.#fault(at, thrown.message);
    }
  }

  #simulated(
    entry: Mapping,
    definition: string,
    at: YamlPath,
    shared: Shared,
  ): Omit<SimulatedCell, 'id' | 'system' | 'model' | 'runtime' | 'workload' | 'batch'> {
    const set = this.#mapping(entry['set'] ?? {}, [...at, 'set']);
    const values = Object.entries(set).map(([key, value]) => [key, this.#text(value, [...at, 'set', key])] as const);
    const isFile = /\.ya?ml$|[/\\]/.test(definition);
    return {
      source: 'simulated',
      definition: isFile ? resolve(dirname(this.#path), definition) : definition,
      set: Object.fromEntries(values),
      prices: this.#optionalText(entry['prices'], [...at, 'prices']) ?? shared.prices,
      flags: entry['flags'] === undefined ? [] : this.#texts(entry['flags'], [...at, 'flags']),
      place: this.#file.placeOf(at),
    };
  }

  #batches(raw: unknown, at: YamlPath): readonly number[] | undefined {
    if (raw === undefined) return undefined;
    return (Array.isArray(raw) ? (raw as unknown[]) : [raw]).map((one, i) =>
      this.#whole(one, Array.isArray(raw) ? [...at, i] : at, 1, 10_000),
    );
  }

  #among(raw: unknown, known: readonly string[], at: YamlPath): readonly string[] {
    if (raw === undefined) return known;
    const texts = this.#texts(raw, at);
    const strange = texts.findIndex((text) => !known.includes(text));
    if (strange < 0) return texts;
    const near = nearest(texts[strange] ?? '', known);
    throw this.#fault(
      [...at, strange],
      `${printable(texts[strange] ?? '', 60)} is not one of the study's own: ${known.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`,
    );
  }

  #distinct(cells: readonly Cell[]): void {
    const seen = new Set<string>();
    for (const { id, system } of cells) {
      if (seen.has(id.toLowerCase()))
        throw this.#fault(
          ['systems'],
          `two entries make the same cell ${id}; give one of them another name than ${system}`,
        );
      seen.add(id.toLowerCase());
    }
  }

  #unique(workloads: readonly Workload[], at: YamlPath): void {
    const names = workloads.map(({ name }) => name);
    const twice = names.findIndex((name, i) => names.indexOf(name) !== i);
    if (twice >= 0)
      throw this.#fault([...at, twice], `two workloads are called ${names[twice] ?? ''}; give each its own name`);
  }

  #name(name: string, at: YamlPath): string {
    if (/^[A-Za-z0-9][\w .+@-]{0,59}$/.test(name)) return name;
    throw this.#fault(
      at,
      `name ${printable(name, 60)}: give up to 60 letters, digits, spaces and . _ + @ -, the first a letter or digit`,
    );
  }

  #checkKeys(of: Mapping, known: readonly string[], at: YamlPath): void {
    const strange = Object.keys(of).find((key) => !known.includes(key));
    if (strange === undefined) return;
    const near = nearest(strange, known);
    throw this.#fault(
      [...at, strange],
      `there is no key ${printable(strange, 60)}; ${near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`}`,
    );
  }

  #mapping(raw: unknown, at: YamlPath): Mapping {
    if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return raw as Mapping;
    throw this.#fault(at, `${at.length === 0 ? 'a study' : nameOf(at)} expects keys and values`);
  }

  #list(raw: unknown, at: YamlPath): readonly unknown[] {
    if (Array.isArray(raw) && raw.length > 0) return raw as unknown[];
    throw this.#fault(at, `${nameOf(at)} expects a list with at least one entry`);
  }

  #texts(raw: unknown, at: YamlPath): readonly string[] {
    if (!Array.isArray(raw)) return [this.#text(raw, at)];
    return this.#list(raw, at).map((one, i) => this.#text(one, [...at, i]));
  }

  #text(raw: unknown, at: YamlPath): string {
    if ((typeof raw === 'string' && raw.trim() !== '') || typeof raw === 'number') return String(raw);
    throw this.#fault(at, `${nameOf(at)} expects text or a number`);
  }

  #optionalText(raw: unknown, at: YamlPath): string | undefined {
    return raw === undefined ? undefined : this.#text(raw, at);
  }

  #whole(raw: unknown, at: YamlPath, least: number, most: number): number {
    if (Number.isSafeInteger(raw) && (raw as number) >= least && (raw as number) <= most) return raw as number;
    throw this.#fault(at, `${nameOf(at)} expects a whole number from ${String(least)} to ${String(most)}`);
  }

  #fault(at: YamlPath, text: string): UserError {
    return new UserError(`${this.#file.placeOf(at)}: ${text}`);
  }
}

interface Shared {
  readonly models: readonly string[];
  readonly workloads: readonly string[];
  readonly batches: readonly number[];
  readonly prices: string | undefined;
}

/** The key that a path ends in. */
function nameOf(at: YamlPath): string {
  return [...at].reverse().find((part) => typeof part === 'string') ?? 'the study';
}

function idOf(parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .join('_')
    .replace(/[^\w.+@-]+/g, '-');
}
