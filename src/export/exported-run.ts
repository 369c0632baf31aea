import { isoDateMs } from '../text/iso-date.js';
import { readSampleLogRecord, readSampleRecord } from '../run-folder/read-record.js';
import type { ColumnSpec, ColumnValue } from '../trace.js';
import type { SampleRecord } from '../run-folder/record-shape.js';

/** What the rows of a run say of the run. */
export interface ExportedRun {
  /** As given. */
  readonly folder: string;
  /** What it was run against: its name in a series of systems, else the backend and the machine that served. */
  readonly system: string;
  /** Due 0, ms since 1970; null in virtual time, which has no date. */
  readonly dueZeroMs: number | null;
  readonly warmupMs: number;
  /** How many rows the disk did not take. */
  readonly lostRows: number;
  /** Names of the metrics of its backend's own, in the order of their columns. */
  readonly metrics: readonly string[];
  /** What it kept of its trace. */
  readonly kept?: KeptColumns;
}

export interface KeptColumns {
  readonly columns: readonly ColumnSpec[];
  of(column: string, seq: number): ColumnValue | undefined;
}

/** Throws `UserError` when the folder holds no run. */
export function exportedRun(folder: string): ExportedRun {
  const record = readSampleRecord(folder);
  return {
    folder,
    system: systemOf(record),
    dueZeroMs: dueZeroMs(record),
    warmupMs: record.plan.warmupMs,
    lostRows: readSampleLogRecord(folder).end?.samples?.lostRows ?? 0,
    metrics: record.plan.metrics?.map(({ name }) => name) ?? [],
  };
}

function systemOf({ series, backend, cost }: SampleRecord): string {
  if (series?.system !== undefined) return series.system;
  const machine = cost?.machine ?? null;
  if (machine === null) return backend;
  return `${backend} on ${machine.name}${machine.count === 1 ? '' : ` x ${String(machine.count)}`}`;
}

/** Records of versions that did not keep it have the moment of the end. */
function dueZeroMs({ dueZeroAt, end }: SampleRecord): number | null {
  const ms = dueZeroAt === undefined ? isoDateMs(end?.endedAt ?? '') - (end?.endedMs ?? 0) : isoDateMs(dueZeroAt);
  return Number.isNaN(ms) ? null : ms;
}
