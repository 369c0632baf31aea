import type { FieldRow } from '../field-row.js';
import type { Head, ImportFormat } from '../import-format.js';
import type { Intake } from '../intake.js';
import { requestOf } from './access-log.js';

const NAMES = [
  ...[
    'type',
    'time',
    'elb',
    'client',
    'target',
    'request_processing_time',
    'target_processing_time',
    'response_processing_time',
  ],
  ...[
    'elb_status_code',
    'target_status_code',
    'received_bytes',
    'sent_bytes',
    'request',
    'user_agent',
    'ssl_cipher',
    'ssl_protocol',
  ],
  ...[
    'target_group_arn',
    'trace_id',
    'domain_name',
    'chosen_cert_arn',
    'matched_rule_priority',
    'request_creation_time',
  ],
];
const [TIME, TIMES_FROM, STATUS, SENT, REQUEST, CREATED] = [1, 5, 8, 11, 12, 21] as const;
const LINE = /^(https?|h2|grpcs|wss?) \d{4}-\d{2}-\d{2}T\S+Z \S+ \S+:\d+ (\S+:\d+|-) /;

export const awsAlb: ImportFormat = {
  name: 'aws-alb',
  title: 'access log of an AWS Application Load Balancer',
  rows: 'log',
  names: NAMES,
  expects:
    'lines such as https 2023-11-16T18:15:46.680590Z app/my-elb/1 1.2.3.4:2817 10.0.0.1:80 0.000 0.001 0.000 200 ...',
  times: '`request_creation_time`, us; else `time`, the end, minus the three processing times',
  traps: 'a processing time of -1 is of a request that reached no target',
  calendar: true,
  recognises: ({ lines }: Head) => LINE.test(lines[0] ?? ''),
  open: (_, { requests }) => ({
    columns: [
      { name: 'method', type: 'text' },
      { name: 'path', type: 'text' },
      { name: 'status', type: 'number' },
      { name: 'responseBytes', type: 'number' },
      { name: 'durationMs', type: 'number' },
    ],
    used: [
      'time',
      'request',
      'elb_status_code',
      'sent_bytes',
      'request_creation_time',
      ...NAMES.slice(TIMES_FROM, TIMES_FROM + 3),
    ],
    notes: [],
    start: (intake) => (row) => {
      take(row, intake, requests);
    },
  }),
};

function take(row: FieldRow, intake: Intake, asPayload: boolean): void {
  const hasStart = row.date(CREATED, intake.stamp);
  if (!hasStart && !row.date(TIME, intake.stamp)) {
    intake.bad(row.place, 'it is no line of an Application Load Balancer');
    return;
  }
  const status = row.number(STATUS);
  if ((status >= 500 || Number.isNaN(status)) && intake.failed()) return;
  const parts = [0, 1, 2].map((i) => row.number(TIMES_FROM + i));
  const tookMs = parts.every((part) => part >= 0)
    ? Math.round(parts.reduce((sum, part) => sum + part, 0) * 1e6) / 1000
    : NaN;
  const [method, target] = requestOf(row.text(REQUEST));
  const path = target?.replace(/^[a-z]+:\/\/[^/]+/i, '');
  intake.text(0, method);
  intake.text(1, path);
  intake.number(2, status);
  intake.number(3, row.number(SENT));
  intake.number(4, tookMs);
  if (asPayload && !intake.request(method, path)) return;
  intake.arrival(row.place, hasStart || Number.isNaN(tookMs) ? 0 : tookMs * 1e6);
}
