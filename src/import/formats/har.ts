import type { ImportFormat } from '../import-format.js';

const NAMES = [
  'startedDateTime',
  'time',
  'request.method',
  'request.url',
  'response.status',
  'response.bodySize',
  'request.postData.text',
];

export const har: ImportFormat = {
  name: 'har',
  title: 'HTTP archive of a browser (HAR)',
  rows: 'document',
  names: NAMES,
  expects: 'a JSON object {"log": {"entries": [...]}}',
  times: '`startedDateTime`',
  traps:
    'requests to all hosts are in it: `--where` selects; `--requests` keeps bodies, but no cookies and no other headers',
  calendar: true,
  recognises: ({ lines }) => /^\s*\{\s*"log"\s*:\s*\{/.test(lines.slice(0, 5).join('\n')),
  open: (_, { requests }) => ({
    columns: [
      { name: 'method', type: 'text' },
      { name: 'url', type: 'text' },
      { name: 'status', type: 'number' },
      { name: 'responseBytes', type: 'number' },
      { name: 'durationMs', type: 'number' },
    ],
    used: NAMES,
    notes: [],
    start: (intake) => (row) => {
      if (!row.date(0, intake.stamp)) {
        intake.bad(row.place, 'an entry has no startedDateTime');
        return;
      }
      const status = row.number(4);
      // 0: there was no answer.
      if ((status >= 500 || status === 0) && intake.failed()) return;
      const [method, url] = [row.text(2), row.text(3)];
      intake.text(0, method);
      intake.text(1, url);
      intake.number(2, status);
      intake.number(3, row.number(5) >= 0 ? row.number(5) : NaN);
      intake.number(4, row.number(1) >= 0 ? row.number(1) : NaN);
      if (requests && !intake.request(method, url, row.text(6))) return;
      intake.arrival(row.place);
    },
  }),
};
