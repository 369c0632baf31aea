import { hasColumns } from '../event-format.js';
import type { ImportFormat } from '../import-format.js';

const MUST = ['HashOwner', 'HashApp', 'HashFunction', 'Trigger', '1', '2'];
const MINUTE_S = 60;

export const azureFunctions2019: ImportFormat = {
  name: 'azure-functions-2019',
  title: 'Azure Functions 2019, invocations per minute',
  rows: 'table',
  expects: 'a header row HashOwner, HashApp, HashFunction, Trigger, 1, 2, ..., 1440',
  times: 'counts per minute of a day: arrivals are spread over the minute',
  traps:
    'counted when they completed; a function is in the file of a day only if it was called then; the files of durations and of memory hold no arrivals',
  calendar: false,
  recognises: (head) => hasColumns(head, MUST),
  open(header) {
    const minutes = header.flatMap((name, at) =>
      /^\d{1,4}$/.test(name) ? [{ at, startSec: (Number(name) - 1) * MINUTE_S }] : [],
    );
    const [owner, app, func, trigger] = MUST.map((name) => header.indexOf(name)) as [number, number, number, number];
    if (minutes.length === 0) return 'it has no columns of minutes';
    return {
      columns: ['functionId', 'app', 'owner', 'trigger'].map((name) => ({ name, type: 'text' })),
      used: header,
      notes: [],
      start: (intake) => (row) => {
        const values = [func, app, owner, trigger].map((at) => row.text(at));
        const set = (): void => {
          for (const [column, value] of values.entries()) intake.text(column, value);
        };
        intake.counts.rows++;
        for (const { at, startSec } of minutes) {
          const count = row.number(at);
          if (count > 0) intake.window(startSec, MINUTE_S, Math.round(count), set);
        }
      },
    };
  },
};
