import { UserError } from '../errors.js';
import type { Plan } from '../run.js';
import type { Trace } from '../trace.js';
import { schedule, type Window } from './schedule.js';

/** A longer run would need more memory for its seconds than they are worth. */
const MOST_MS = 31 * 24 * 3_600_000;

/** What will be sent, before anything is. Throws `UserError` when that is nothing, or too long. */
export function makePlan(
  trace: Trace,
  window: Window,
  limits: Omit<Plan, 'planned' | 'durationMs' | 'duePerSecond'>,
): Plan {
  const durationMs = (Math.min(window.toMs, trace.durationMs) - window.fromMs) / window.speed;
  if (durationMs > MOST_MS)
    throw new UserError(
      'the run would last more than 31 days; choose a part with --from and --to, or a higher --speed',
    );
  const duePerSecond = Array.from({ length: Math.max(0, Math.ceil(durationMs / 1000)) }, () => 0);
  let planned = 0;
  for (const { rows, dueMs } of schedule(trace.store, window, { index: 0, of: 1 })) {
    planned += rows;
    for (let i = 0; i < rows; i++) {
      const second = Math.floor((dueMs[i] as number) / 1000);
      duePerSecond[second] = (duePerSecond[second] ?? 0) + 1;
    }
  }
  if (planned === 0) throw new UserError('no request is due in this window; choose another with --from and --to');
  return { planned, durationMs, duePerSecond, ...limits };
}
