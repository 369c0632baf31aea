import type { Usage } from '../../sample.js';
import { untoldInLog } from '../aws/handler-report.js';

/** What the platform reported about an invocation at the end of its log. */
export interface LogReport {
  /** A new environment was made, or restored from a snapshot, for it. */
  readonly cold: boolean;
  readonly usage: Usage;
}

/**
 * The platform's report in the last 4 KB of a function's log (base64), in the text or the JSON form; undefined when there
 * is none. A function may print such a line of its own: of several the last that names `requestId` counts, for the platform
 * writes its report behind all that the function prints. Where none names it, the last of all counts.
 */
export function parseLogTail(base64: string, requestId?: string): LogReport | undefined {
  // What is read of it is ASCII, in both forms.
  const log = Buffer.from(base64, 'base64').toString('latin1');
  const report = parseReport(log, requestId);
  const own = report?.cold === true ? untoldInLog(log) : undefined;
  return report === undefined || own === undefined ? report : { ...report, usage: { ...report.usage, ...own } };
}

/** The same of any piece of a log, without what the function reports of itself. */
export function parseReport(log: string, requestId?: string): LogReport | undefined {
  let last: LogReport | undefined;
  for (let end = log.length; end > 0;) {
    const start = log.lastIndexOf('\n', end - 1) + 1;
    const line = log.slice(start, end);
    const isText = line.startsWith(REPORT);
    if (isText || line.includes('"platform.report"')) {
      const isOurs = requestId === undefined || line.includes(requestId);
      const report =
        isOurs || last === undefined ? reportOf(isText ? textAmounts(line, log) : jsonAmounts(line, log)) : last;
      if (isOurs && report !== undefined) return report;
      last = report;
    }
    end = start - 1;
  }
  return last;
}

const REPORT = 'REPORT RequestId:';
/** An environment that failed to start says so apart from the report, which then holds no Init Duration. */
const FAILED_INIT = /^INIT_REPORT Init Duration: ([\d.]+) ms\tPhase: \w+\tStatus: /gm;

function textAmounts(line: string, log: string): Amounts {
  const failedInit = log.includes('INIT_REPORT') ? [...log.matchAll(FAILED_INIT)].at(-1)?.[1] : undefined;
  return {
    durationMs: fieldOf(line, '\tDuration: '),
    billedMs: fieldOf(line, '\tBilled Duration: '),
    initMs: fieldOf(line, '\tInit Duration: ') ?? decimal(failedInit),
    restoreMs: fieldOf(line, '\tRestore Duration: '),
    billedRestoreMs: fieldOf(line, '\tBilled Restore Duration: '),
    memoryMb: fieldOf(line, '\tMemory Size: '),
    maxMemoryMb: fieldOf(line, '\tMax Memory Used: '),
  };
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

function jsonAmounts(line: string, log: string): Amounts {
  const report = metricsOf(recordOf(line), 'platform.report');
  const failedInit = log.includes('"platform.initReport"') ? failedInitOf(log) : undefined;
  return {
    durationMs: amountOf(report, 'durationMs'),
    billedMs: amountOf(report, 'billedDurationMs'),
    initMs: amountOf(report, 'initDurationMs') ?? amountOf(failedInit, 'durationMs'),
    restoreMs: amountOf(report, 'restoreDurationMs'),
    billedRestoreMs: amountOf(report, 'billedRestoreDurationMs'),
    memoryMb: amountOf(report, 'memorySizeMB'),
    maxMemoryMb: amountOf(report, 'maxMemoryUsedMB'),
  };
}

/** One record a line, of the platform or of the function; the first may be cut. */
function failedInitOf(log: string): unknown {
  const lines = log.split('\n').filter((line) => line.includes('"platform.initReport"'));
  return lines.map((line) => metricsOf(recordOf(line), 'platform.initReport')).findLast((found) => found !== undefined);
}

function recordOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function metricsOf(record: unknown, type: string): unknown {
  return valueOf(record, 'type') === type ? valueOf(valueOf(record, 'record'), 'metrics') : undefined;
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
  Record<
    'durationMs' | 'billedMs' | 'initMs' | 'restoreMs' | 'billedRestoreMs' | 'memoryMb' | 'maxMemoryMb',
    number | undefined
  >
>;

/**
 * A report without a duration is none. The restore of a snapshot is billed besides the invocation, and both are one time of
 * the bill here. Name by name: a loop over names costs several times as much.
 */
function reportOf(amounts: Amounts): LogReport | undefined {
  const { durationMs, billedMs, initMs, restoreMs, billedRestoreMs, memoryMb, maxMemoryMb } = amounts;
  if (durationMs === undefined) return undefined;
  const usage: { -readonly [K in keyof Usage]: Usage[K] } = { durationMs };
  if (billedMs !== undefined) usage.billedMs = billedMs + (billedRestoreMs ?? 0);
  if (initMs !== undefined) usage.initMs = initMs;
  if (restoreMs !== undefined) usage.restoreMs = restoreMs;
  if (memoryMb !== undefined) usage.memoryMb = memoryMb;
  if (maxMemoryMb !== undefined) usage.maxMemoryMb = maxMemoryMb;
  return { cold: initMs !== undefined || restoreMs !== undefined, usage };
}
