import { hasColumns } from '../event-format.js';
import type { FieldRow } from '../field-row.js';
import type { Head, ImportFormat, OpenedFormat } from '../import-format.js';
import { badTime } from '../event-format.js';
import type { Intake } from '../intake.js';

const JSON_NAMES = ['timestamp', 'code', 'latency', 'bytes_in', 'method', 'url', 'error'];
/** `vegeta encode --to csv` writes no header. */
const CSV_NAMES = [
  'timestamp',
  'code',
  'latency',
  'bytes_out',
  'bytes_in',
  'error',
  'body',
  'attack',
  'seq',
  'method',
  'url',
  'headers',
];
const LINE = /^\d{19},\d{1,3},\d+,\d+,\d+,/;

export const vegetaJson: ImportFormat = {
  name: 'vegeta-json',
  title: 'results of vegeta, JSON (vegeta encode)',
  rows: 'json',
  names: JSON_NAMES,
  expects: 'JSON objects with attack, seq, code, timestamp, latency on each line',
  times: '`timestamp`, when the request was sent',
  calendar: true,
  recognises: (head) => hasColumns(head, ['attack', 'seq', 'code', 'timestamp', 'latency']),
  open: (header, { requests }) => opened(header, JSON_NAMES, requests),
};

export const vegetaCsv: ImportFormat = {
  name: 'vegeta-csv',
  title: 'results of vegeta, CSV (vegeta encode --to csv)',
  rows: 'table',
  names: CSV_NAMES,
  expects:
    'rows timestamp in ns, code, latency in ns, bytes out, bytes in, error, body, attack, number, method, URL, headers',
  times: 'the first field, ns since 1970',
  calendar: true,
  recognises: ({ lines }: Head) => LINE.test(lines[0] ?? ''),
  open: (header, { requests }) => opened(header, CSV_NAMES, requests),
};

function opened(header: readonly string[], used: readonly string[], asPayload: boolean): OpenedFormat {
  const at = JSON_NAMES.map((name) => header.indexOf(name));
  return {
    columns: [
      { name: 'method', type: 'text' },
      { name: 'url', type: 'text' },
      { name: 'status', type: 'number' },
      { name: 'responseBytes', type: 'number' },
      { name: 'durationMs', type: 'number' },
    ],
    used: used.filter((name) => JSON_NAMES.includes(name)),
    notes: [],
    start: (intake) => (row) => {
      take(row, at, intake, asPayload);
    },
  };
}

function take(row: FieldRow, at: readonly number[], intake: Intake, asPayload: boolean): void {
  const [time = -1, code = -1, latency = -1, bytes = -1, methodAt = -1, urlAt = -1, error = -1] = at;
  if (!row.date(time, intake.stamp) && !row.time(time, 'ns', intake.stamp)) {
    badTime(intake, row, time, 'timestamp');
    return;
  }
  const status = row.number(code);
  if ((row.text(error) !== undefined || status === 0 || status >= 500) && intake.failed()) return;
  const [method, url] = [row.text(methodAt), row.text(urlAt)];
  intake.text(0, method);
  intake.text(1, url);
  intake.number(2, status);
  intake.number(3, row.number(bytes));
  intake.number(4, Math.round(row.number(latency)) / 1e6);
  if (asPayload && !intake.request(method, url)) return;
  intake.arrival(row.place);
}
