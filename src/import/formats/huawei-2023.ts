import type { Head, ImportFormat } from '../import-format.js';

const DAY_S = 86_400;

/** Private (functions 0 to 199, per second or minute) and public (0 to 5092, per minute). */
export const huawei2023: ImportFormat = {
  name: 'huawei-2023',
  title: 'Huawei 2023, requests per second or minute',
  rows: 'table',
  expects: 'a header row day, time, 0, 1, ... with a column for each function',
  times: 'counts per window from `time` (s) on, which lasts until the next row: arrivals are spread over it',
  traps: 'NaN: there are no data; only the files of requests hold arrivals, not those of delays, CPU or memory',
  calendar: false,
  recognises: ({ header }: Head) => header[0] === 'day' && header[1] === 'time' && /^\d+$/.test(header[2] ?? ''),
  open(header, { samples }) {
    const [first = NaN, second = NaN] = samples('time').map(Number);
    const lengthSec = second > first ? second - first : 60;
    const functions = header.slice(2);
    return {
      columns: [{ name: 'functionId', type: 'text' }],
      used: header,
      notes: [`a row counts the requests of ${String(lengthSec)} s`],
      start: (intake) => (row) => {
        const [day, time] = [row.number(0), row.number(1)];
        if (!(day >= 0 && time >= 0)) {
          intake.bad(row.place, 'day or time is no number');
          return;
        }
        intake.counts.rows++;
        const startSec = time >= day * DAY_S ? time : day * DAY_S + time;
        for (let i = 0; i < functions.length; i++) {
          const count = row.number(i + 2);
          if (!(count > 0)) continue;
          intake.window(startSec, lengthSec, Math.round(count), () => {
            intake.text(0, functions[i]);
          });
        }
      },
    };
  },
};
