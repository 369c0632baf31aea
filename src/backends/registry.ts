import { existsSync } from 'node:fs';
import { isAbsolute, resolve as resolvePath } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { messageOf, printable, UserError } from '../errors.js';
import type { OwnMetric } from '../own-metric.js';
import { nearest } from '../text/nearest.js';
import { type BackendPlugin, WAITS } from './backend.js';
import { guardPlugin, pluginLabel } from './registry/guard-plugin.js';
import { awaitHook, thrownText, type Hook } from './registry/run-hook.js';

export { checkedFacts } from './registry/checked-facts.js';
export { guardPlugin } from './registry/guard-plugin.js';
export { awaitHook, hookAtWork, runHook, type Hook } from './registry/run-hook.js';

export interface BuiltIn {
  readonly name: string;
  /** Loaded only when the backend is used. */
  readonly module: string;
  readonly summary: string;
  /** What else `--backend` may call it. */
  readonly aliases?: readonly string[];
}

/** The built-in backends: one row each. */
export const BACKENDS: readonly BuiltIn[] = [
  { name: 'onnx', module: './onnx.js', summary: 'a model in this process, on ONNX Runtime (the default)' },
  { name: 'http', module: './http.js', summary: 'any HTTP/1.1 or HTTP/2 service' },
  { name: 'lambda', module: './lambda.js', summary: 'a function on AWS Lambda, invoked by name or by its URL' },
  { name: 'sagemaker', module: './sagemaker.js', summary: 'an endpoint of Amazon SageMaker AI' },
  {
    name: 'cloud-functions',
    aliases: ['cf', 'cloud-run'],
    module: './cloud-functions.js',
    summary: 'Google Cloud Functions of both generations, and Cloud Run',
  },
  {
    name: 'ai-platform',
    aliases: ['vertex-ai'],
    module: './ai-platform.js',
    summary: 'an endpoint of Google Vertex AI (once AI Platform)',
  },
  { name: 'azure-ml', module: './azure-ml.js', summary: 'a managed online endpoint of Azure Machine Learning' },
  {
    name: 'tf-serving',
    module: './tf-serving.js',
    summary: 'TensorFlow Serving, or what speaks its REST or gRPC protocol',
  },
  { name: 'simulated', module: './simulated.js', summary: 'a queueing model of a service; also in virtual time' },
  { name: 'null', module: './null.js', summary: 'answers at once; shows what the tool itself costs' },
];

export interface LocatedPlugin {
  /** What threads import. */
  readonly url: string;
  readonly builtIn: boolean;
}

/** Where a backend's module lies: a built-in name or alias, then a path, then a package seen from `folder`. Throws `UserError` when nowhere. */
export async function locatePlugin(name: string, folder: string): Promise<LocatedPlugin> {
  const builtIn = BACKENDS.find((backend) => backend.name === name || backend.aliases?.includes(name) === true);
  if (builtIn !== undefined) return { url: new URL(builtIn.module, import.meta.url).href, builtIn: true };
  const path = resolvePath(folder, name);
  if (looksLikePath(name) || existsSync(path)) {
    if (!existsSync(path))
      throw new UserError(`backend ${printable(name)}: no such file; give the path of a JavaScript module`);
    return { url: pathToFileURL(path).href, builtIn: false };
  }
  return { url: await locatePackage(name, folder), builtIn: false };
}

function looksLikePath(name: string): boolean {
  return name.startsWith('.') || isAbsolute(name);
}

async function locatePackage(name: string, folder: string): Promise<string> {
  const { resolve } = await import('import-meta-resolve');
  try {
    return resolve(name, pathToFileURL(`${folder}/`).href);
  } catch {
    const names = BACKENDS.map((backend) => backend.name).join(', ');
    throw new UserError(
      `backend ${printable(name)}: neither built in (${names}), nor a file, nor a package installed here (npm install ${printable(name)})${suggestion(name)}`,
    );
  }
}

/** Among names and aliases; everything short is near to the shortest. */
function suggestion(name: string): string {
  const known = BACKENDS.flatMap((backend) => [backend.name, ...(backend.aliases ?? [])]);
  const near = nearest(
    name,
    known.filter(({ length }) => length > 3),
  );
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/**
 * Loads the module and checks that it keeps the contract. A plugin that does not come with replay is guarded: each of its hooks
 * is bounded in time, and what goes wrong in one is a `UserError` that names the plugin and the hook. Any thread.
 */
export async function importPlugin(url: string): Promise<BackendPlugin> {
  const builtIn = isBuiltInModule(url);
  const module = await (builtIn ? importModule(url) : awaitHook(loading(url), () => importModule(url)));
  const plugin = pluginIn(module);
  if (plugin === undefined)
    throw new UserError(
      `backend ${shownPath(url)}: its default export is no backend plugin (name, summary, waits, parseOptions, create)`,
    );
  checkOwnMetrics(plugin);
  return builtIn ? plugin : guardPlugin(plugin, shownPath(url));
}

/** What messages call a plugin that does not come with replay; undefined: it is built in, and its faults are bugs. */
export function foreignLabel(name: string, url: string): string | undefined {
  return isBuiltInModule(url) ? undefined : pluginLabel(name, shownPath(url));
}

/** Whether `--backend` with this name takes one that is built in. */
export function isBuiltInName(name: string): boolean {
  return BACKENDS.some((backend) => backend.name === name || backend.aliases?.includes(name) === true);
}

function isBuiltInModule(url: string): boolean {
  return BACKENDS.some(({ module }) => new URL(module, import.meta.url).href === url);
}

const LOAD_MS = 30_000;

function loading(url: string): Hook {
  const path = shownPath(url);
  return { plugin: `backend ${path}`, path, name: 'loading', ms: LOAD_MS };
}

/** Its getters may throw. */
function pluginIn(module: { readonly default?: unknown }): BackendPlugin | undefined {
  try {
    return isPlugin(module.default) ? module.default : undefined;
  } catch {
    return undefined;
  }
}

/** At most this many columns of a backend's own. */
const MAX_OWN_METRICS = 16;

/** Names become columns, keys and parts of thresholds; units are shown. Throws `UserError`. */
function checkOwnMetrics({ name: backend, metrics }: BackendPlugin): void {
  if (metrics === undefined) return;
  const declared: readonly unknown[] = Array.isArray(metrics) ? metrics : [metrics];
  const names = new Set(declared.map((metric) => (isOwnMetric(metric) ? metric.name : undefined)));
  if (names.has(undefined) || names.size < declared.length || declared.length > MAX_OWN_METRICS)
    throw new UserError(
      `backend ${printable(backend)}: metrics must be at most ${String(MAX_OWN_METRICS)} entries { name, unit }, each name once: ` +
        `a letter, then letters and digits, at most 32 characters; a unit is printable and at most 16 characters`,
    );
}

function isOwnMetric(value: unknown): value is OwnMetric {
  if (typeof value !== 'object' || value === null) return false;
  const { name, unit = '' } = value as Partial<Record<keyof OwnMetric, unknown>>;
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9]{0,31}$/.test(name)) return false;
  return typeof unit === 'string' && unit === printable(unit) && unit.length <= 16;
}

async function importModule(url: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(url)) as { readonly default?: unknown };
  } catch (thrown) {
    // Too many open files: that is no fault of the module, and the caller says what to do.
    if (thrown instanceof UserError || /^E[MN]FILE\b/.test(messageOf(thrown))) throw thrown;
    if (/unknown file extension/i.test(messageOf(thrown)) && /\.[cm]?tsx?$/.test(url))
      throw new UserError(
        `backend ${shownPath(url)} is TypeScript, which this Node does not run; compile it first (npx tsc), and name the .js`,
      );
    throw new UserError(`backend ${shownPath(url)} does not load: ${thrownText(thrown, shownPath(url))}`);
  }
}

/** A module as a path where it is a file. */
function shownPath(url: string): string {
  return printable(url.startsWith('file:') ? fileURLToPath(url) : url);
}

function isPlugin(value: unknown): value is BackendPlugin {
  if (typeof value !== 'object' || value === null) return false;
  const plugin = value as Partial<Record<keyof BackendPlugin, unknown>>;
  return (
    WAITS.some((waits) => waits === plugin.waits) &&
    typeof plugin.name === 'string' &&
    typeof plugin.parseOptions === 'function' &&
    typeof plugin.create === 'function'
  );
}
