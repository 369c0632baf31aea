import { eventFormat } from '../event-format.js';

/** A function's name is unique only within its app. */
export const azureFunctions2021 = eventFormat({
  name: 'azure-functions-2021',
  title: 'Azure Functions 2021, an invocation in each row',
  rows: 'table',
  must: ['app', 'func', 'end_timestamp', 'duration'],
  time: 'end_timestamp',
  unit: 's',
  endsAfter: { column: 'duration', unit: 's' },
  columns: [
    { from: 'app', as: 'app', type: 'text' },
    { from: 'func', as: 'functionId', type: 'text', within: 'app' },
    { from: 'duration', as: 'durationMs', type: 'number', times: 1000 },
  ],
  times: '`end_timestamp` - `duration`, s from the start of the data set',
  traps:
    'the end is recorded, so rows are sorted again; a function is unique only within its app: `functionId` is `app/func`',
});
