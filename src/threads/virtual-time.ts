import type { BackendPlugin } from '../backends/backend.js';
import { clockBound } from '../loop/clock-bound.js';
import { createInFlight } from '../loop/in-flight.js';
import { createVirtualClock } from '../time/virtual-clock.js';
import type { TimeHere } from './in-process-member.js';
import type { WorkerOrder } from './messages.js';

/** Simulated time for a worker on this thread: no waiting, no chance. `behind`: what time has to wait for, if anything. */
export function virtualTime(
  plugin: Pick<BackendPlugin, 'name' | 'waits'>,
  { shard, inFlight }: Pick<WorkerOrder, 'shard' | 'inFlight'>,
  behind?: () => Promise<void> | undefined,
): TimeHere {
  const clock = createVirtualClock({ byCallback: plugin.waits === 'by-callback' });
  const bound = clockBound(plugin, clock, createInFlight(inFlight.memory, shard.index, inFlight.limit));
  return {
    clock,
    ofBackend: { clock: clock.ofBackend, virtual: true },
    inFlight: bound.inFlight,
    drive: (work) => clock.drive(work, { beforeJump: bound.beforeJump, ...(behind && { behind }) }),
  };
}
