import { UserError } from '../errors.js';
import type { SimulatedSystem } from '../systems/system.js';
import { withValues } from '../systems/vary-system.js';

/** A function service gives CPU in proportion to memory: the service time changes by the inverse of it. */
export function withMemory(system: SimulatedSystem, memoryMb: number): SimulatedSystem {
  const { billing } = system.meter;
  const { station } = system;
  if (station.kind !== 'pool' || billing.memoryMb === undefined)
    throw new UserError(`${system.name} is not billed by its memory; leave memory out of --sweep for it`);
  const slower = billing.memoryMb / memoryMb;
  const carried = withValues(system, new Map([['pool.service.time.mean', station.service.time.mean.value * slower]]));
  return { ...carried, meter: { ...carried.meter, billing: { ...billing, memoryMb } } };
}
