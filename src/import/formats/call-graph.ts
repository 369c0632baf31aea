import { eventFormat } from '../event-format.js';

export const callGraph = eventFormat({
  name: 'alibaba-callgraph',
  title: 'Alibaba microservices 2021, MS_CallGraph',
  rows: 'table',
  must: ['timestamp', 'traceid', 'rpcid', 'um', 'rpctype', 'dm', 'rt'],
  time: 'timestamp',
  unit: 'ms',
  calendar: false,
  columns: [
    { from: 'traceid', as: 'session', type: 'text' },
    { from: 'rpcid', as: 'rpcId', type: 'text' },
    { from: 'um', as: 'caller', type: 'text' },
    { from: 'dm', as: 'functionId', type: 'text' },
    { from: 'interface', as: 'interface', type: 'text' },
    { from: 'rpctype', as: 'rpcType', type: 'text' },
    { from: 'rt', as: 'durationMs', type: 'number' },
  ],
  times: '`timestamp`, ms from the start',
  traps:
    'a row is a call between services, not a request of a user: `--where` selects; a sample of 0.5 %; both ends of a call may have recorded it, with a negative `rt` at one',
});
