import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { awaitHook, type Hook } from '../backends/registry.js';
import type { CustomCollector, CustomMetric } from '../custom-collector.js';
import { isUserError, messageOf, printable, UserError } from '../errors.js';
import { guardCollector } from './guard-collector.js';

const LOAD_MS = 30_000;
const MOST_METRICS = 16;
const NAME = /^[A-Za-z][A-Za-z0-9]{0,31}$/;

/** The collectors in these modules, paths seen from `folder`. Throws `UserError` for what is no collector. */
export async function loadCollectors(
  paths: readonly string[],
  folder: string,
  loadMs = LOAD_MS,
): Promise<readonly CustomCollector[]> {
  const collectors: CustomCollector[] = [];
  for (const path of paths) {
    const collector = await loadCollector(path, folder, loadMs);
    if (collectors.some(({ name }) => name === collector.name))
      throw wrong(path, `there is another collector ${collector.name}; give each name once`);
    collectors.push(collector);
  }
  return collectors;
}

async function loadCollector(path: string, folder: string, ms: number): Promise<CustomCollector> {
  const file = resolve(folder, path);
  if (!existsSync(file)) throw wrong(path, 'no such file; give the path of a JavaScript module');
  const loading: Hook = { plugin: `--collector ${printable(path)}`, path: file, name: 'loading', ms };
  const module = await awaitHook(loading, () => importModule(file, path));
  const fault = faultOf(module.default);
  if (fault !== undefined) throw wrong(path, fault);
  return guardCollector(module.default as CustomCollector, printable(path));
}

async function importModule(file: string, path: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (thrown) {
    throw isUserError(thrown) ? thrown : wrong(path, `cannot be loaded: ${printable(messageOf(thrown), 200)}`);
  }
}

/** What keeps a value from being a collector. */
export function faultOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null)
    return 'its default export is no collector { name, metrics, create }';
  const { name, metrics, create } = value as Partial<Record<keyof CustomCollector, unknown>>;
  if (typeof name !== 'string' || !NAME.test(name)) return `its name ${NAMES}`;
  if (typeof create !== 'function') return 'create must be a function that returns { add, values }';
  const given: readonly unknown[] = Array.isArray(metrics) ? metrics : [];
  const names = new Set(given.map((one) => (isMetric(one) ? one.name : undefined)));
  if (names.has(undefined) || names.size < given.length || given.length === 0 || given.length > MOST_METRICS)
    return (
      `metrics must be 1 to ${String(MOST_METRICS)} entries { name, unit, worse }, each name once; a name ${NAMES}; ` +
      `a unit is printable and at most 16 characters; worse is 'more' or 'less'`
    );
  return undefined;
}

const NAMES = 'must be a letter, then letters and digits, at most 32 characters';

function isMetric(value: unknown): value is CustomMetric {
  if (typeof value !== 'object' || value === null) return false;
  const { name, unit = '', worse } = value as Partial<Record<keyof CustomMetric, unknown>>;
  if (typeof name !== 'string' || !NAME.test(name)) return false;
  if (typeof unit !== 'string' || unit !== printable(unit) || unit.length > 16) return false;
  return worse === 'more' || worse === 'less';
}

function wrong(path: string, why: string): UserError {
  return new UserError(`--collector ${printable(path)}: ${why}`);
}
