import { clockBound } from '../loop/clock-bound.js';
import { createInFlight } from '../loop/in-flight.js';
import { createVirtualClock } from '../time/virtual-clock.js';
import type { TimeHere } from './in-process-member.js';
import type { WorkerOrder } from './messages.js';

/** Simulated time for a worker on this thread: no waiting, no chance. `plugin` is what messages call the backend. */
export function virtualTime(plugin: string, { shard, inFlight }: Pick<WorkerOrder, 'shard' | 'inFlight'>): TimeHere {
  const clock = createVirtualClock();
  const bound = clockBound(plugin, clock, createInFlight(inFlight.memory, shard.index, inFlight.limit));
  return {
    clock,
    ofBackend: { clock: clock.ofBackend, virtual: true },
    inFlight: bound.inFlight,
    drive: (work) => clock.drive(work, bound.beforeJump),
  };
}
