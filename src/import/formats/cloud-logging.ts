import type { FieldRow } from '../field-row.js';
import type { Head, ImportFormat } from '../import-format.js';
import type { Intake } from '../intake.js';

const NAMES = [
  ...['timestamp', 'httpRequest.requestMethod', 'httpRequest.requestUrl', 'httpRequest.status', 'httpRequest.latency'],
  ...['httpRequest.responseSize', 'resource.labels.service_name', 'resource.labels.function_name'],
];

export const cloudLogging: ImportFormat = {
  name: 'cloud-logging',
  title: 'requests of Google Cloud Logging (JSON)',
  rows: 'json',
  names: NAMES,
  expects: 'JSON objects with timestamp and httpRequest, on lines or in a list',
  times: '`timestamp`, when the request arrived',
  traps:
    'entries without `httpRequest` are left out; `--stamp end` takes the stamp for the end, and subtracts `latency`',
  calendar: true,
  recognises: ({ object, lines }: Head) =>
    object !== undefined &&
    'timestamp' in object &&
    ('httpRequest' in object || ('logName' in object && /"httpRequest"/.test(lines.join('')))),
  open: (header, { requests, stamp }) => ({
    columns: [
      { name: 'method', type: 'text' },
      { name: 'path', type: 'text' },
      { name: 'status', type: 'number' },
      { name: 'responseBytes', type: 'number' },
      { name: 'durationMs', type: 'number' },
      { name: 'functionId', type: 'text' },
    ],
    used: [...NAMES, 'httpRequest', 'resource'],
    notes: [],
    start(intake) {
      const at = NAMES.map((name) => header.indexOf(name));
      return (row) => {
        take(row, at, intake, { asPayload: requests, isEnd: stamp === 'end' });
      };
    },
  }),
};

function take(
  row: FieldRow,
  at: readonly number[],
  intake: Intake,
  how: { readonly asPayload: boolean; readonly isEnd: boolean },
): void {
  const [time = -1, methodAt = -1, url = -1, statusAt = -1, latency = -1, size = -1, service = -1, func = -1] = at;
  const method = row.text(methodAt);
  if (method === undefined) {
    intake.counts.rows++;
    intake.counts.empty++;
    return;
  }
  if (!row.date(time, intake.stamp)) {
    intake.bad(row.place, 'timestamp is no time');
    return;
  }
  const status = row.number(statusAt);
  if (status >= 500 && intake.failed()) return;
  const path = row.text(url)?.replace(/^[a-z]+:\/\/[^/]+/i, '');
  const tookSec = Number.parseFloat(/^([\d.]+)s$/.exec(row.text(latency) ?? '')?.[1] ?? 'NaN');
  intake.text(0, method);
  intake.text(1, path === '' ? '/' : path);
  intake.number(2, status);
  intake.number(3, row.number(size));
  intake.number(4, Math.round(tookSec * 1e9) / 1e6);
  intake.text(5, row.text(service) ?? row.text(func));
  if (how.asPayload && !intake.request(method, path)) return;
  intake.arrival(row.place, how.isEnd && tookSec >= 0 ? Math.round(tookSec * 1e9) : 0);
}
