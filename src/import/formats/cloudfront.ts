import type { FieldRow } from '../field-row.js';
import type { Head, ImportFormat } from '../import-format.js';
import type { Intake } from '../intake.js';
import { readDate } from '../stamp.js';

const USED = [
  'date',
  'time',
  'cs-method',
  'cs-uri-stem',
  'cs-uri-query',
  'sc-status',
  'sc-bytes',
  'time-taken',
] as const;
const SECOND_NS = 1e9;

export const cloudFront: ImportFormat = {
  name: 'cloudfront',
  title: 'standard log of Amazon CloudFront',
  rows: 'w3c',
  expects: 'a line #Fields: date time x-edge-location ... and tabs between fields',
  times: '`date` and `time`, UTC, 1 s, when the answer was sent, minus `time-taken`',
  traps: 'rows of a file are in no order',
  calendar: true,
  recognises: ({ lines }: Head) =>
    lines.slice(0, 3).some((line) => /^#Fields: .*\bdate time\b.*\bcs-method\b/.test(line)),
  open(header, { requests }) {
    const missing = ['date', 'time', 'cs-method', 'cs-uri-stem'].find((name) => !header.includes(name));
    if (missing !== undefined) return `its line #Fields: has no ${missing}`;
    const at = Object.fromEntries(USED.map((name) => [name, header.indexOf(name)])) as Record<
      (typeof USED)[number],
      number
    >;
    return {
      columns: [
        { name: 'method', type: 'text' },
        { name: 'path', type: 'text' },
        { name: 'status', type: 'number' },
        { name: 'responseBytes', type: 'number' },
        { name: 'durationMs', type: 'number' },
      ],
      used: USED,
      notes: ['each stamp is the end of its request, so the start is earlier by time-taken'],
      start: (intake) => (row) => {
        take(row, at, intake, requests);
      },
    };
  },
};

function take(
  row: FieldRow,
  at: Readonly<Record<(typeof USED)[number], number>>,
  intake: Intake,
  asPayload: boolean,
): void {
  const moment = Buffer.from(`${row.text(at.date) ?? ''}T${row.text(at.time) ?? ''}Z`);
  if (!readDate(moment, 0, moment.length, intake.stamp)) {
    intake.bad(row.place, 'it has no date and time');
    return;
  }
  const status = row.number(at['sc-status']);
  // 000: the client went away before there was an answer.
  if ((status >= 500 || status === 0) && intake.failed()) return;
  const query = row.text(at['cs-uri-query']);
  const path = `${row.text(at['cs-uri-stem']) ?? '/'}${query === undefined || query === '-' ? '' : `?${query}`}`;
  const tookSec = row.number(at['time-taken']);
  const tookNs = tookSec >= 0 ? Math.round(tookSec * SECOND_NS) : 0;
  intake.text(0, row.text(at['cs-method']));
  intake.text(1, path);
  intake.number(2, status);
  intake.number(3, row.number(at['sc-bytes']));
  intake.number(4, tookSec >= 0 ? tookNs / 1e6 : NaN);
  if (asPayload && !intake.request(row.text(at['cs-method']), path)) return;
  intake.arrival(row.place, tookNs, SECOND_NS);
}
