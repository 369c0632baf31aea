import { faultCases } from './fault-case.js';
import { killLoss } from './kill-loss.js';

/** 250 ms on a machine that has nothing else to do (test/trials); several rows run at once here, beside other tests. */
const LOST_MS = 1000;

faultCases(
  'kill -9 at 2,000/s loses the last moment only',
  [130, 480, 910].map((afterMs) => killLoss(`${String(afterMs)} ms behind a second`, afterMs, LOST_MS)),
);
