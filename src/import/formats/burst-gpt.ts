import { eventFormat } from '../event-format.js';

export const burstGpt = eventFormat({
  name: 'burstgpt',
  title: 'BurstGPT',
  rows: 'table',
  must: ['Timestamp', 'Model', 'Request tokens', 'Response tokens'],
  time: 'Timestamp',
  unit: 's',
  columns: [
    { from: 'Model', as: 'model', type: 'text' },
    { from: 'Request tokens', as: 'inputTokens', type: 'number' },
    { from: 'Response tokens', as: 'outputTokens', type: 'number' },
    { from: 'Log Type', as: 'logType', type: 'text' },
    { from: 'Session ID', as: 'session', type: 'text' },
    { from: 'Elapsed time', as: 'durationMs', type: 'number', times: 1000 },
  ],
  failed: (row, at) => row.number(at('Response tokens')) === 0,
  times: '`Timestamp`, s from midnight of the first day',
  traps:
    '0 response tokens are a failed request; newer files have `Session ID` and `Elapsed time` (s); the file in its repository is a pointer of Git LFS',
});
