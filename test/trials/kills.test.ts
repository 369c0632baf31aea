import { faultCases } from '../faults/fault-case.js';
import { killLoss } from '../faults/kill-loss.js';

faultCases(
  'kill -9 at 2,000/s loses at most 250 ms, 50 of 50',
  Array.from({ length: 50 }, (_, i) => killLoss(`${String(20 * i)} ms behind a second`, 20 * i, 250)),
  { atOnce: false },
);
