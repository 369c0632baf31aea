import type { Head, ImportFormat } from '../import-format.js';

const MINUTE_S = 60;

export const tweetCounts: ImportFormat = {
  name: 'tweet-counts',
  title: 'tweets per minute, as in MArK',
  rows: 'table',
  expects: 'a header row with the column tweets',
  times: 'a count per minute, a row each: arrivals are spread over the minute',
  calendar: false,
  recognises: ({ header }: Head) => header.includes('tweets'),
  open(header) {
    const at = header.indexOf('tweets');
    if (at < 0) return 'it has no column tweets';
    return {
      columns: [],
      used: ['tweets'],
      notes: [],
      start(intake) {
        let minute = 0;
        return (row) => {
          const count = row.number(at);
          if (count < 0) {
            intake.bad(row.place, 'a count is negative');
            return;
          }
          intake.counts.rows++;
          const startSec = minute++ * MINUTE_S;
          if (!Number.isNaN(count)) intake.window(startSec, MINUTE_S, Math.round(count), () => undefined);
        };
      },
    };
  },
};
