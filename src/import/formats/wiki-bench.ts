import type { FieldRow } from '../field-row.js';
import type { Head, ImportFormat } from '../import-format.js';
import type { Intake } from '../intake.js';

const TIME = 1;
const URL_AT = 2;
const LINE = /^\d+ (\d{4}-\d{2}-\d{2}T\S+|\d+\.\d+) https?:\/\/\S+( \S+)?$/;

export const wikiBench: ImportFormat = {
  name: 'wikibench',
  title: 'WikiBench, requests of Wikipedia',
  rows: 'log',
  names: ['counter', 'time', 'url', 'flag'],
  expects: 'lines such as 154132716 2010-05-27T09:31:55.63 http://en.wikipedia.org/wiki/Page -',
  times: 'the second field, a date without a zone, or epoch seconds in older files',
  calendar: true,
  recognises: ({ lines }: Head) => LINE.test(lines[0] ?? ''),
  open: (_, { requests }) => ({
    columns: [
      { name: 'url', type: 'text' },
      { name: 'flag', type: 'text' },
    ],
    used: ['time', 'url', 'flag'],
    notes: [],
    start: (intake) => (row) => {
      take(row, intake, requests);
    },
  }),
};

function take(row: FieldRow, intake: Intake, asPayload: boolean): void {
  if (!row.date(TIME, intake.stamp) && !row.time(TIME, 's', intake.stamp)) {
    intake.bad(row.place, 'it is no line of WikiBench');
    return;
  }
  const url = row.text(URL_AT);
  intake.text(0, url);
  intake.text(1, row.text(3));
  if (asPayload && !intake.request('GET', url)) return;
  intake.arrival(row.place);
}
