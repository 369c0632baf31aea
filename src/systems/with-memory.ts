import { UserError } from '../errors.js';
import type { Parameter, SimulatedSystem } from './system.js';

/** A function service gives CPU in proportion to memory: the service time, and its range, change by the inverse of it. */
export function withMemory(system: SimulatedSystem, memoryMb: number): SimulatedSystem {
  const { billing } = system.meter;
  if (system.station.kind !== 'pool' || billing.memoryMb === undefined)
    throw new UserError(`${system.name} is not billed by its memory; leave memory out of --sweep for it`);
  const slower = billing.memoryMb / memoryMb;
  const carried = structuredClone(system);
  const { mean } = carried.station.service.time;
  Object.assign(mean, times(mean, mean.unit === '/s' ? 1 / slower : slower));
  return { ...carried, meter: { ...carried.meter, billing: { ...billing, memoryMb } } };
}

function times({ value, range, byStructure }: Parameter, factor: number): Partial<Parameter> {
  const both = ([low, high]: readonly [number, number]): [number, number] => [low * factor, high * factor];
  return {
    value: value * factor,
    ...(range === undefined ? {} : { range: both(range) }),
    ...(byStructure === undefined
      ? {}
      : {
          byStructure: byStructure.map((fit) => ({
            ...fit,
            value: fit.value * factor,
            ...(fit.range === undefined ? {} : { range: both(fit.range) }),
          })),
        }),
  };
}
