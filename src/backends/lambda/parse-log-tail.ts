import type { Usage } from '../../sample.js';
import { untoldInLog } from '../shared/handler-report.js';

/** What the platform told of an invocation at the end of its log. */
export interface LogReport {
  /** A new environment was made, or restored from a snapshot, for it. */
  readonly cold: boolean;
  readonly usage: Usage;
}

/**
 * The platform's report in the last 4 KB of a function's log (base64), in the text or the JSON form; undefined when there
 * is none. The last one counts: what a function prints comes before it.
 */
export function parseLogTail(base64: string): LogReport | undefined {
  // What is read of it is ASCII, in both forms.
  const log = Buffer.from(base64, 'base64').toString('latin1');
  const report = parseReport(log);
  const own = report?.cold === true ? untoldInLog(log) : undefined;
  return report === undefined || own === undefined ? report : { ...report, usage: { ...report.usage, ...own } };
}

/** The same of any piece of a log, without what the function tells itself. */
export function parseReport(log: string): LogReport | undefined {
  return textReport(log) ?? jsonReport(log);
}

const REPORT = 'REPORT RequestId:';
/** An environment that failed to start says so apart from the report, which then holds no Init Duration. */
const FAILED_INIT = /^INIT_REPORT Init Duration: ([\d.]+) ms/gm;

function textReport(log: string): LogReport | undefined {
  const start = lastLineStart(log, REPORT);
  if (start < 0) return undefined;
  const end = log.indexOf('\n', start);
  const line = log.slice(start, end < 0 ? log.length : end);
  const failedInit = log.includes('INIT_REPORT') ? [...log.matchAll(FAILED_INIT)].at(-1)?.[1] : undefined;
  return reportOf({
    durationMs: fieldOf(line, '\tDuration: '),
    billedMs: fieldOf(line, '\tBilled Duration: '),
    initMs: fieldOf(line, '\tInit Duration: ') ?? decimal(failedInit),
    restoreMs: fieldOf(line, '\tRestore Duration: '),
    memoryMb: fieldOf(line, '\tMemory Size: '),
    maxMemoryMb: fieldOf(line, '\tMax Memory Used: '),
  });
}

function lastLineStart(log: string, text: string): number {
  let at = log.lastIndexOf(text);
  while (at > 0 && log[at - 1] !== '\n') at = log.lastIndexOf(text, at - 1);
  return at;
}

/** The last of that name in a line of fields such as `Billed Duration: 2 ms`, each behind a tab; `label` goes up to its number. */
function fieldOf(line: string, label: string): number | undefined {
  const at = line.lastIndexOf(label);
  if (at < 0) return undefined;
  const from = at + label.length;
  const end = line.indexOf('\t', from);
  return decimal(AMOUNT.exec(end < 0 ? line.slice(from) : line.slice(from, end))?.[1]);
}

const AMOUNT = /^([\d.]{1,20}) (?:ms|MB) *$/;

function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** One record a line, of the platform or of the function; the first may be cut. */
function jsonReport(log: string): LogReport | undefined {
  if (!log.includes('platform.report')) return undefined;
  const records = log
    .split('\n')
    .filter((line) => line.includes('"platform.'))
    .map(recordOf);
  const report = metricsOf(records, 'platform.report');
  if (report === undefined) return undefined;
  const failedInit = metricsOf(records, 'platform.initReport');
  return reportOf({
    durationMs: amountOf(report, 'durationMs'),
    billedMs: amountOf(report, 'billedDurationMs'),
    initMs: amountOf(report, 'initDurationMs') ?? amountOf(failedInit, 'durationMs'),
    restoreMs: amountOf(report, 'restoreDurationMs'),
    memoryMb: amountOf(report, 'memorySizeMB'),
    maxMemoryMb: amountOf(report, 'maxMemoryUsedMB'),
  });
}

function recordOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function metricsOf(records: readonly unknown[], type: string): unknown {
  const last = records.findLast((record) => valueOf(record, 'type') === type);
  return valueOf(valueOf(last, 'record'), 'metrics');
}

function amountOf(value: unknown, key: string): number | undefined {
  const amount = valueOf(value, key);
  return typeof amount === 'number' && Number.isFinite(amount) && amount >= 0 ? amount : undefined;
}

function valueOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

type Amounts = Readonly<
  Record<'durationMs' | 'billedMs' | 'initMs' | 'restoreMs' | 'memoryMb' | 'maxMemoryMb', number | undefined>
>;

/** A report without a duration is none. Name by name: a loop over names costs several times as much. */
function reportOf({ durationMs, billedMs, initMs, restoreMs, memoryMb, maxMemoryMb }: Amounts): LogReport | undefined {
  if (durationMs === undefined) return undefined;
  const usage: { -readonly [K in keyof Usage]: Usage[K] } = { durationMs };
  if (billedMs !== undefined) usage.billedMs = billedMs;
  if (initMs !== undefined) usage.initMs = initMs;
  if (restoreMs !== undefined) usage.restoreMs = restoreMs;
  if (memoryMb !== undefined) usage.memoryMb = memoryMb;
  if (maxMemoryMb !== undefined) usage.maxMemoryMb = maxMemoryMb;
  return { cold: initMs !== undefined || restoreMs !== undefined, usage };
}
