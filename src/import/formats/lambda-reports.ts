import type { FieldRow } from '../field-row.js';
import type { Head, ImportFormat } from '../import-format.js';
import type { Intake } from '../intake.js';

/** A date, or the ms since 1970 that JSON of CloudWatch has. */
const DATE = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?/;
const EPOCH_MS = /"timestamp"\s*:\s*"?(\d{13})\b/;
const REPORT = /REPORT RequestId: /;
const FIELDS = ['Duration', 'Init Duration', 'Billed Duration', 'Max Memory Used'] as const;

export const lambdaReports: ImportFormat = {
  name: 'lambda-reports',
  title: 'REPORT lines of AWS Lambda, from CloudWatch Logs',
  rows: 'lines',
  expects: 'lines with a time and REPORT RequestId: ... Duration: 12.3 ms (text, CSV or JSON of CloudWatch Logs)',
  times: 'the stamp of the line, which is written at the end, minus `Duration` and `Init Duration`',
  traps: 'lines that are no REPORT are left out; what a request waited for a free instance is not in the log',
  calendar: true,
  recognises: ({ lines }: Head) => lines.some((line) => REPORT.test(line)),
  open: () => ({
    columns: [
      { name: 'durationMs', type: 'number' },
      { name: 'initMs', type: 'number' },
      { name: 'billedMs', type: 'number' },
      { name: 'maxMemoryMb', type: 'number' },
    ],
    used: ['line'],
    notes: ['each REPORT stands at the end of its invocation, so the start is earlier by its duration'],
    start(intake) {
      let epochMs: string | undefined;
      return (row) => {
        const line = row.text(0) ?? '';
        epochMs = EPOCH_MS.exec(line)?.[1] ?? epochMs;
        if (REPORT.test(line)) take(line, epochMs, row, intake);
      };
    },
  }),
};

function take(line: string, epochMs: string | undefined, row: FieldRow, intake: Intake): void {
  const date = DATE.exec(line.slice(0, line.search(REPORT)))?.[0];
  const isStamped = date === undefined ? putEpoch(epochMs, intake) : intake.readDate(date);
  if (!isStamped) {
    intake.bad(row.place, 'the REPORT has no time');
    return;
  }
  if (/Status: (?!success)\w+/.test(line) && intake.failed()) return;
  const [durationMs = NaN, initMs = NaN, billedMs = NaN, memoryMb = NaN] = FIELDS.map((name) => numberOf(line, name));
  for (const [column, value] of [durationMs, initMs, billedMs, memoryMb].entries()) intake.number(column, value);
  const agoMs = (Number.isNaN(durationMs) ? 0 : durationMs) + (Number.isNaN(initMs) ? 0 : initMs);
  intake.arrival(row.place, Math.round(agoMs * 1e6));
}

function putEpoch(epochMs: string | undefined, intake: Intake): boolean {
  if (epochMs === undefined) return false;
  intake.stamp.sec = Number(epochMs.slice(0, -3));
  intake.stamp.ns = Number(epochMs.slice(-3)) * 1e6;
  intake.stamp.zoned = true;
  return true;
}

/** Behind a tab, as text or as JSON writes it, or a space: `Duration` is also the end of other names. */
function numberOf(line: string, name: string): number {
  const [, number] = new RegExp(String.raw`(?:\t|\\t|RequestId: \S+\s+|[MmBs]\s)\s*${name}: ([\d.]+)`).exec(line) ?? [];
  return number === undefined ? NaN : Number(number);
}
