import { epochUnit } from '../counted-time.js';
import { badTime, hasColumns } from '../event-format.js';
import type { FieldRow } from '../field-row.js';
import type { Head, ImportFormat, OpenedFormat } from '../import-format.js';
import type { Intake } from '../intake.js';

/** The metric with one sample for each request. */
const METRIC = 'http_req_duration';
const SECOND_NS = 1e9;
const TRAPS =
  'a sample is taken at the end, so the start is earlier by `http_req_duration`; samples of other metrics are left out';

const JSON_NAMES = [
  'metric',
  'data.time',
  'data.value',
  'data.tags.method',
  'data.tags.url',
  'data.tags.status',
  'data.tags.expected_response',
  'type',
];
const CSV_NAMES = ['metric_name', 'timestamp', 'metric_value', 'method', 'url', 'status', 'expected_response'];

export const k6Json: ImportFormat = {
  name: 'k6-json',
  title: 'results of k6, JSON (--out json=FILE)',
  rows: 'json',
  names: JSON_NAMES,
  expects: 'JSON objects with metric, type and data on each line',
  times: '`data.time` - `data.value` of the metric `http_req_duration`',
  traps: TRAPS,
  calendar: true,
  recognises: (head) => hasColumns(head, ['metric', 'type', 'data']),
  open: (header, { requests }) =>
    opened(
      JSON_NAMES.map((name) => header.indexOf(name)),
      [...JSON_NAMES, 'data'],
      requests,
    ),
};

export const k6Csv: ImportFormat = {
  name: 'k6-csv',
  title: 'results of k6, CSV (--out csv=FILE)',
  rows: 'table',
  expects: 'a header row metric_name, timestamp, metric_value, ...',
  times:
    '`timestamp` - `metric_value` of the metric `http_req_duration`; the stamps are whole seconds, and spread, unless K6_CSV_TIME_FORMAT says otherwise',
  traps: TRAPS,
  calendar: true,
  recognises: (head: Head) => hasColumns(head, ['metric_name', 'timestamp', 'metric_value']),
  open(header, { requests }) {
    const missing = CSV_NAMES.slice(0, 3).find((name) => !header.includes(name));
    if (missing !== undefined) return `it has no column ${missing}`;
    return opened(
      CSV_NAMES.map((name) => header.indexOf(name)),
      CSV_NAMES,
      requests,
    );
  },
};

function opened(at: readonly number[], used: readonly string[], asPayload: boolean): OpenedFormat {
  return {
    columns: [
      { name: 'method', type: 'text' },
      { name: 'url', type: 'text' },
      { name: 'status', type: 'number' },
      { name: 'durationMs', type: 'number' },
    ],
    used,
    notes: [],
    start: (intake) => (row) => {
      if (row.text(at[0] ?? -1) === METRIC && (at[7] === undefined || row.text(at[7]) === 'Point'))
        take(row, at, intake, asPayload);
    },
  };
}

function take(row: FieldRow, at: readonly number[], intake: Intake, asPayload: boolean): void {
  const [, time = -1, value = -1, methodAt = -1, urlAt = -1, status = -1, expected = -1] = at;
  const unit = epochUnit(row.number(time));
  if (!row.date(time, intake.stamp) && (unit === undefined || !row.time(time, unit, intake.stamp))) {
    badTime(intake, row, time, 'the time of a sample');
    return;
  }
  if (row.text(expected) === 'false' && intake.failed()) return;
  const tookMs = row.number(value);
  const [method, url] = [row.text(methodAt), row.text(urlAt)];
  intake.text(0, method);
  intake.text(1, url);
  intake.number(2, row.number(status));
  intake.number(3, tookMs);
  if (asPayload && !intake.request(method, url)) return;
  intake.arrival(
    row.place,
    tookMs >= 0 ? Math.round(tookMs * 1e6) : 0,
    unit === 's' && intake.stamp.ns === 0 ? SECOND_NS : 0,
  );
}
