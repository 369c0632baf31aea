import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, printable, UserError } from '../errors.js';
import { METRICS, type Metric } from './metrics.js';
import type { RunFacts, RunSecond, RunWindow, Series } from './run-facts.js';

/** A report of a month has 2.7 million seconds; a larger file is none of ours. */
const MOST_BYTES = 2 ** 30;

/** Reads run.json and report.json of a folder. Throws `UserError` that says what is wrong with it. */
export function readRun(folder: string): RunFacts {
  const record = readJson(folder, 'run.json');
  const report = readJson(
    folder,
    'report.json',
    `a run that was killed has none; replay report ${printable(folder)} makes it`,
  );
  if (at(report, 'format') !== 1 || at(record, 'format') !== 1 || typeof at(report, 'verdict.valid') !== 'boolean')
    throw new UserError(`${printable(folder)} holds no run of format 1; give the folder of a run`);
  return {
    folder: printable(folder),
    id: text(report, 'run.id'),
    trace: {
      name: text(report, 'run.trace.name'),
      sha256: text(report, 'run.trace.sha256'),
      recipe: object(at(report, 'run.trace.recipe')),
    },
    window: {
      fromMs: number(record, 'window.fromMs', 0),
      toMs: orNull(number(record, 'window.toMs')),
      speed: number(record, 'window.speed', 1),
    },
    warmupMs: number(record, 'plan.warmupMs', 0),
    planned: number(report, 'sections.outcomes.planned', 0),
    durationMs: number(report, 'run.durationMs', 0),
    duePerSecond: array(record, 'plan.duePerSecond').map((due) => (typeof due === 'number' ? due : 0)),
    backend: text(report, 'run.backend'),
    machine: machineOf(record),
    model: modelOf(report),
    batch: Math.max(1, number(record, 'plan.batch.size', 1)),
    time: at(report, 'run.time') === 'virtual' ? 'virtual' : 'real',
    seed: number(report, 'run.seed', 0),
    stamp: stampOf(record, report),
    settings: settingsOf(record, report),
    series: seriesOf(record),
    standing: standingOf(record, report),
    values: Object.fromEntries(METRICS.map((metric) => [metric.name, valueOf(metric, report)])),
    spread: {
      stdevMs: number(report, 'sections.latency.response.stdevMs'),
      count: number(report, 'sections.latency.response.count', 0),
    },
    currency: isPriced(report) ? text(report, 'sections.cost.currency') : null,
    curve: at(report, 'sections.latency.curves') as RunFacts['curve'],
    thresholds: array(report, 'sections.thresholds') as RunFacts['thresholds'],
    seconds: array(report, 'sections.timeline.seconds').map(secondOf),
    windows: {
      lengthSeconds: number(report, 'sections.timeline.windows.lengthSeconds', 1),
      rows: array(report, 'sections.timeline.windows.rows').map(windowOf),
    },
  };
}

function readJson(folder: string, file: string, whereMissing = 'give folders of finished runs'): unknown {
  const path = join(folder, file);
  try {
    if (statSync(path).size > MOST_BYTES) throw new Error('it is too large');
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (thrown) {
    if (!existsSync(path)) throw new UserError(`${printable(path)} is missing; ${whereMissing}`);
    throw new UserError(`${printable(path)}: ${messageOf(thrown)}; give folders of finished runs`);
  }
}

/** A run that did not replay its whole plan measured another load. */
function standingOf(record: unknown, report: unknown): RunFacts['standing'] {
  const stopped = at(report, 'run.stopReason') ?? null;
  if (stopped !== null || at(report, 'run.interrupted') === true || at(record, 'end') === null) return 'stopped';
  return at(report, 'verdict.valid') === true ? 'valid' : 'invalid';
}

function valueOf({ path, endless, unit }: Metric, report: unknown): number {
  const value = at(report, `sections.${path}`);
  if (unit === 'money' && !isPriced(report)) return NaN;
  if (path === 'coldStarts.count' && !(number(report, 'sections.coldStarts.known') > 0)) return NaN;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const counted = number(report, `sections.${path.replace(/\.\w+$/, '.count')}`);
  return endless === true && value === null && counted > 0 ? Infinity : NaN;
}

/** A backend without prices, on no machine, costs nothing that anybody knows of. */
function isPriced(report: unknown): boolean {
  return array(report, 'sections.cost.items').length > 0;
}

function machineOf(record: unknown): string | null {
  const name = at(record, 'cost.machine.name');
  if (typeof name !== 'string') return null;
  const count = number(record, 'cost.machine.count', 1);
  return printable(count === 1 ? name : `${name} x ${String(count)}`, 60);
}

function modelOf(report: unknown): string | null {
  const model = at(report, 'run.options.model') ?? at(report, 'run.backendFacts.model');
  return typeof model === 'string' && model !== '' ? printable(model.split(/[\\/]/).at(-1) ?? model, 60) : null;
}

function settingsOf(record: unknown, report: unknown): Record<string, string> {
  const options = Object.entries(object(at(report, 'run.options')) ?? {}).filter(([key]) => key !== 'model');
  const limit = number(record, 'plan.maxInFlight.limit');
  const entries = [
    ...options.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)] as const),
    ['timeout', `${String(number(record, 'plan.timeoutMs', 0))}ms`] as const,
    ['max-in-flight', String(limit)] as const,
    ...(isPriced(report) ? [['prices', text(report, 'sections.cost.sheet')] as const] : []),
  ];
  const clean = entries.map(([key, value]) => [printable(key, 40), printable(value, 80)] as const);
  return Object.fromEntries(clean.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** In virtual time nothing but seed and settings decides. */
function stampOf(record: unknown, report: unknown): string {
  if (at(report, 'run.time') === 'virtual') return `seed ${String(number(report, 'run.seed', 0))}`;
  return `${text(report, 'run.id')} ${String(number(record, 'startMonotonicNs', 0))}`;
}

function seriesOf(record: unknown): Series | null {
  const [id, repeat, system] = [at(record, 'series.id'), at(record, 'series.repeat'), at(record, 'series.system')];
  if (typeof id !== 'string' || typeof repeat !== 'number') return null;
  return { id: printable(id), repeat, system: typeof system === 'string' ? printable(system, 60) : null };
}

function secondOf(row: unknown): RunSecond {
  return {
    second: number(row, 'second', 0),
    due: number(row, 'due', 0),
    ok: number(row, 'ok', 0),
    meanMs: number(row, 'meanMs'),
  };
}

function windowOf(row: unknown): RunWindow {
  return { second: number(row, 'second', 0), p99Ms: number(row, 'p99Ms') };
}

/** The value at a path of names; undefined where there is none. */
function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => {
    const of = object(inner);
    return of !== null && Object.hasOwn(of, name) ? of[name] : undefined;
  }, value);
}

function object(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
}

function number(value: unknown, path: string, otherwise = NaN): number {
  const found = at(value, path);
  return typeof found === 'number' && Number.isFinite(found) ? found : otherwise;
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function text(value: unknown, path: string): string {
  const found = at(value, path);
  return printable(typeof found === 'string' ? found : 'unknown', 200);
}

function array(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? (found as unknown[]) : [];
}
