import { printable } from '../errors.js';
import { readRecord } from '../run-folder/read-record.js';
import { readReport } from '../run-folder/read-report.js';
import type { StoredReport } from '../run-folder/report-shape.js';
import type { CustomNumber } from '../report.js';
import type { RunRecord } from '../run.js';
import { COMPARED_METRICS } from '../collectors/metric-table.js';
import { isPriced } from '../collectors/cost/metrics.js';
import type { RunFacts, Series } from './run-facts.js';
import { settingsOf } from './settings.js';

/** Reads run.json and report.json of a folder. Throws `UserError` that says what is wrong with it. */
export function readRun(folder: string): RunFacts {
  const record = readRecord(folder);
  const report = readReport(folder);
  const { run, sections } = report;
  const { plan } = record;
  const settings = settingsOf(record, report);
  return {
    folder: printable(folder),
    id: printable(run.id, 200),
    trace: { ...run.trace, name: printable(run.trace.name, 200) },
    window: record.window,
    warmupMs: plan.warmupMs,
    planned: sections.outcomes.planned,
    durationMs: run.durationMs,
    duePerSecond: plan.duePerSecond,
    backend: printable(run.backend, 200),
    machine: machineOf(record),
    model: modelOf(report),
    batch: Math.max(1, plan.batching?.size ?? 1),
    time: run.time,
    seed: run.seed,
    stamp: stampOf(record, settings),
    settings,
    series: seriesOf(record),
    standing: standingOf(record, report),
    values: valuesOf(sections),
    worse: Object.fromEntries(ownNumbers(sections).map(([name, { worse }]) => [name, worse])),
    bounds: boundsOf(report),
    spread: { stdevMs: sections.latency.response.stdevMs ?? NaN, count: sections.latency.response.count },
    currency: isPriced(sections.cost) ? printable(sections.cost.currency, 60) : null,
    curve: sections.latency.curves,
    thresholds: sections.thresholds ?? [],
    seconds: sections.timeline.seconds.map(({ meanMs, ...row }) => ({ ...row, meanMs: meanMs ?? NaN })),
    windows: {
      lengthSeconds: sections.timeline.windows.lengthSeconds,
      rows: sections.timeline.windows.rows.map(({ second, p99Ms }) => ({ second, p99Ms: p99Ms ?? NaN })),
    },
  };
}

function valuesOf(sections: StoredReport['sections']): RunFacts['values'] {
  return Object.fromEntries([
    ...COMPARED_METRICS.map(({ name, of }) => [name, of(sections)] as const),
    ...ownNumbers(sections).map(([name, { value }]) => [name, value ?? NaN] as const),
  ]);
}

/** What the collectors of the user gave, by the names of thresholds. */
function ownNumbers({ collectors = {} }: StoredReport['sections']): [string, CustomNumber][] {
  return Object.entries(collectors).flatMap(([collector, { metrics }]) =>
    Object.entries(metrics).map(([name, number]): [string, CustomNumber] => [
      `collectors.${collector}.${name}`,
      number,
    ]),
  );
}

/** A run that did not replay its whole plan measured another load. */
function standingOf({ end }: RunRecord, { run, verdict }: StoredReport): RunFacts['standing'] {
  if (run.stopReason !== null || run.interrupted || end === null) return 'stopped';
  return verdict.valid ? 'valid' : 'invalid';
}

function boundsOf({ sections }: StoredReport): RunFacts['bounds'] {
  const bounds = Object.entries(sections.health.bounds ?? {});
  return Object.fromEntries(
    bounds.map(([name, { low, high }]) => [name, { low: low ?? Infinity, high: high ?? Infinity }]),
  );
}

function machineOf({ cost }: RunRecord): string | null {
  const machine = cost?.machine ?? null;
  if (machine === null) return null;
  const { name, count } = machine;
  return printable(count === 1 ? name : `${name} x ${String(count)}`, 60);
}

function modelOf({ run }: StoredReport): string | null {
  const model = run.options['model'] ?? run.backendFacts['model'];
  return typeof model === 'string' && model !== '' ? printable(model.split(/[\\/]/).at(-1) ?? model, 60) : null;
}

/**
 * In virtual time nothing but seed, settings, service and version decides what happens; in real time each run is another,
 * and its id and start name it.
 */
function stampOf(record: RunRecord, settings: RunFacts['settings']): string {
  const { time, id, startMonotonicNs, seed, backend, versions, trace, window, plan } = record;
  if (time === 'real') return `${id} ${String(startMonotonicNs)}`;
  const { warmupMs, batching } = plan;
  const load = [trace.sha256, window, warmupMs, batching?.size];
  return JSON.stringify([seed, backend, versions['replay'], ...load, settings]);
}

function seriesOf({ series }: RunRecord): Series | null {
  if (series === undefined) return null;
  const { id, repeat, system } = series;
  return { id: printable(id), repeat, system: system === undefined ? null : printable(system, 60) };
}
