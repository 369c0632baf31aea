import type { CostTerms } from '../cost-terms.js';
import type { Meter } from '../systems/system.js';

/** The meter of a template with the memory, machine and price sheet that the runs were billed by, where both are billed alike. */
export function billedAsSeen(meter: Meter, cost: CostTerms | null): Meter {
  if (cost === null) return meter;
  const { billing, prices, machine } = cost;
  const sheet = typeof prices === 'string' ? prices : meter.sheet;
  const { model } = meter.billing;
  if (model === 'hourly' && machine !== null) return { ...meter, sheet, billing: { model, machine: machine.name } };
  if (billing?.model !== model || (model === 'hourly' && billing.machine === undefined)) return meter;
  const { memoryMb, cpus, concurrency, region, architecture, machine: row } = billing;
  const told = { memoryMb, cpus, concurrency, region, architecture, machine: row };
  const known = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
  return { ...meter, sheet, billing: { ...meter.billing, ...known } };
}
