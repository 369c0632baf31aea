import { existsSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { YamlFile, YamlPath } from '../config/read-yaml-file.js';
import { printable, UserError } from '../errors.js';
import { parseThresholds } from '../gate/parse-threshold.js';
import { nearest } from '../text/nearest.js';
import { idOf } from './id-of.js';
import { YamlReader, type Mapping } from './yaml-reader.js';
import type { Cell, EarlierWorkload, LiveCell, SimulatedCell, Study, Workload } from './study.js';

/** Turns what a live system says of `replay run` into its arguments. Throws `UserError` that names the key. */
export type RunArguments = (entry: Readonly<Record<string, unknown>>) => Pick<LiveCell, 'args' | 'secrets'>;

const TOP = ['name', 'draws', 'seed', 'repeats', 'slo', 'budget', 'prices', 'models', 'workloads', 'batch', 'systems'];
const SHARED = ['name', 'models', 'workloads', 'batch', 'runtimes'];
const SIMULATED = [...SHARED, 'system', 'set', 'prices', 'flags'];
/** Flags of a trace that a workload may have. */
const READ = ['column', 'unit', 'trace-format', 'where', 'from', 'to', 'speed', 'requests'];
const MOST_SYSTEMS = 100;
const MOST_CELLS = 2000;
const MOST_DRAWS = 10_000;

/** Reads a study. Throws `UserError` with file, line and column of the first thing that is wrong. */
export function parseStudy(file: YamlFile, path: string, runArguments: RunArguments): Study {
  return new StudyReader(file, path, runArguments).read();
}

class StudyReader {
  readonly #file: YamlFile;
  readonly #yaml: YamlReader;
  readonly #path: string;
  readonly #runArguments: RunArguments;

  constructor(file: YamlFile, path: string, runArguments: RunArguments) {
    this.#file = file;
    this.#yaml = new YamlReader(file);
    this.#path = path;
    this.#runArguments = runArguments;
  }

  read(): Study {
    const top = this.#yaml.mapping(this.#file.value, []);
    this.#yaml.checkKeys(top, TOP, []);
    const workloads = this.#yaml
      .list(top['workloads'], ['workloads'])
      .map((raw, i) => this.#workload(raw, ['workloads', i]));
    this.#unique(workloads, ['workloads']);
    const systems = this.#yaml.list(top['systems'], ['systems']);
    if (systems.length > MOST_SYSTEMS)
      throw this.#yaml.fault(['systems'], `give at most ${String(MOST_SYSTEMS)} systems`);
    const shared: Shared = {
      models: top['models'] === undefined ? [''] : this.#yaml.texts(top['models'], ['models']),
      workloads: workloads.map(({ name }) => name),
      batches: this.#batches(top['batch'], ['batch']) ?? [1],
      prices: this.#yaml.optionalText(top['prices'], ['prices']),
    };
    const cells = systems.flatMap((raw, i) => this.#system(raw, ['systems', i], shared));
    if (cells.length > MOST_CELLS)
      throw this.#yaml.fault([], `it has ${String(cells.length)} cells; at most ${String(MOST_CELLS)}`);
    this.#distinct(cells);
    return {
      name: this.#yaml.optionalText(top['name'], ['name']) ?? basename(this.#path, extname(this.#path)),
      draws: this.#yaml.whole(top['draws'] ?? 30, ['draws'], 2, MOST_DRAWS),
      seed: this.#yaml.whole(top['seed'] ?? 1, ['seed'], 0, Number.MAX_SAFE_INTEGER),
      repeats: this.#yaml.whole(top['repeats'] ?? 3, ['repeats'], 1, 1000),
      slo: this.#slo(top['slo']),
      budget: this.#yaml.optionalText(top['budget'], ['budget']),
      workloads,
      cells,
    };
  }

  #slo(raw: unknown): readonly string[] {
    if (raw === undefined) return [];
    const texts = this.#yaml.texts(raw, ['slo']);
    try {
      return parseThresholds(texts).map(({ text }) => text);
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      throw this.#yaml.fault(['slo'], thrown.message);
    }
  }

  #workload(raw: unknown, at: YamlPath): Workload {
    if (typeof raw === 'string')
      return { name: basename(raw).replace(/\.(json|jsonl|csv)(\.gz)?$/, ''), path: this.#trace(raw, at) };
    const entry = this.#yaml.mapping(raw, at);
    this.#yaml.checkKeys(entry, ['name', 'trace', 'after', ...READ], at);
    const trace = this.#yaml.text(entry['trace'], [...at, 'trace']);
    const name =
      entry['name'] === undefined ? basename(trace, extname(trace)) : this.#yaml.text(entry['name'], [...at, 'name']);
    const after = entry['after'] === undefined ? {} : { after: this.#after(entry['after'], [...at, 'after']) };
    const read = this.#read(entry, at);
    return { name: this.#name(name, at), path: this.#trace(trace, [...at, 'trace']), ...after, ...read };
  }

  #read(entry: Mapping, at: YamlPath): Pick<Workload, 'read'> {
    const read: Record<string, string> = {};
    for (const key of READ) if (entry[key] !== undefined) read[key] = this.#yaml.text(entry[key], [...at, key]);
    return Object.keys(read).length === 0 ? {} : { read };
  }

  #after(raw: unknown, at: YamlPath): EarlierWorkload {
    const entry = this.#yaml.mapping(raw, at);
    this.#yaml.checkKeys(entry, ['trace', 'gap'], at);
    const path = this.#trace(this.#yaml.text(entry['trace'], [...at, 'trace']), [...at, 'trace']);
    return { path, gapMs: entry['gap'] === undefined ? 0 : this.#yaml.duration(entry['gap'], [...at, 'gap']) };
  }

  /** A shipped trace by name, or a file from the folder of the study. */
  #trace(text: string, at: YamlPath): string {
    const shipped = fileURLToPath(new URL(`../../traces/${text}.json`, import.meta.url));
    if (/^[\w-]+$/.test(text) && existsSync(shipped)) return shipped;
    const path = resolve(dirname(this.#path), text);
    if (existsSync(path)) return path;
    throw this.#yaml.fault(
      at,
      `there is no trace ${printable(text, 100)}; name a file, or workload-40, workload-120, workload-200`,
    );
  }

  #system(raw: unknown, at: YamlPath, shared: Shared): Cell[] {
    const entry = this.#yaml.mapping(raw, at);
    const isLive = entry['backend'] !== undefined;
    if (isLive === (entry['system'] !== undefined))
      throw this.#yaml.fault(
        at,
        'give either system (a simulated one, see replay system list) or backend (a live one)',
      );
    if (!isLive) this.#yaml.checkKeys(entry, SIMULATED, at);
    const key = isLive ? 'backend' : 'system';
    const definition = this.#yaml.text(entry[key], [...at, key]);
    const name = this.#name(
      this.#yaml.optionalText(entry['name'], [...at, 'name']) ?? basename(definition, extname(definition)),
      at,
    );
    const models = this.#among(entry['models'], shared.models, [...at, 'models']);
    const workloads = this.#among(entry['workloads'], shared.workloads, [...at, 'workloads']);
    const batches = this.#batches(entry['batch'], [...at, 'batch']) ?? shared.batches;
    const runtimes = entry['runtimes'] === undefined ? [''] : this.#yaml.texts(entry['runtimes'], [...at, 'runtimes']);
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
      throw this.#yaml.fault(at, thrown.message);
    }
  }

  #simulated(
    entry: Mapping,
    definition: string,
    at: YamlPath,
    shared: Shared,
  ): Omit<SimulatedCell, 'id' | 'system' | 'model' | 'runtime' | 'workload' | 'batch'> {
    const set = this.#yaml.mapping(entry['set'] ?? {}, [...at, 'set']);
    const values = Object.entries(set).map(
      ([key, value]) => [key, this.#yaml.text(value, [...at, 'set', key])] as const,
    );
    const isFile = /\.ya?ml$|[/\\]/.test(definition);
    return {
      source: 'simulated',
      definition: isFile ? resolve(dirname(this.#path), definition) : definition,
      set: Object.fromEntries(values),
      prices: this.#yaml.optionalText(entry['prices'], [...at, 'prices']) ?? shared.prices,
      flags: entry['flags'] === undefined ? [] : this.#yaml.texts(entry['flags'], [...at, 'flags']),
      place: this.#file.placeOf(at),
    };
  }

  #batches(raw: unknown, at: YamlPath): readonly number[] | undefined {
    if (raw === undefined) return undefined;
    return (Array.isArray(raw) ? (raw as unknown[]) : [raw]).map((one, i) =>
      this.#yaml.whole(one, Array.isArray(raw) ? [...at, i] : at, 1, 10_000),
    );
  }

  #among(raw: unknown, known: readonly string[], at: YamlPath): readonly string[] {
    if (raw === undefined) return known;
    const texts = this.#yaml.texts(raw, at);
    const strange = texts.findIndex((text) => !known.includes(text));
    if (strange < 0) return texts;
    const near = nearest(texts[strange] ?? '', known);
    throw this.#yaml.fault(
      [...at, strange],
      `${printable(texts[strange] ?? '', 60)} is not one of the study's own: ${known.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`,
    );
  }

  #distinct(cells: readonly Cell[]): void {
    const seen = new Set<string>();
    for (const { id, system } of cells) {
      if (seen.has(id.toLowerCase()))
        throw this.#yaml.fault(
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
      throw this.#yaml.fault([...at, twice], `two workloads are called ${names[twice] ?? ''}; give each its own name`);
  }

  #name(name: string, at: YamlPath): string {
    if (/^[A-Za-z0-9][\w .+@-]{0,59}$/.test(name)) return name;
    throw this.#yaml.fault(
      at,
      `name ${printable(name, 60)}: give up to 60 letters, digits, spaces and . _ + @ -, the first a letter or digit`,
    );
  }
}

interface Shared {
  readonly models: readonly string[];
  readonly workloads: readonly string[];
  readonly batches: readonly number[];
  readonly prices: string | undefined;
}
