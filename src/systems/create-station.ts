import type { BilledTime } from '../collectors/cost/tariff.js';
import { PoolStation } from './pool-station.js';
import type { EarlierTrace } from './scenario.js';
import { ServerStation } from './server-station.js';
import type { Sink, Station } from './station.js';
import type { SimulatedSystem } from './system.js';

/** A system in its initial state at time 0. `rule`: how its requests are billed, null where they are not. */
export function createStation(
  system: SimulatedSystem,
  seed: number,
  sink: Sink,
  rule: Pick<BilledTime, 'stepMs' | 'initBilled'> | null,
  after?: EarlierTrace,
): Station {
  const { station, initial } = system;
  if (station.kind === 'server') return left(new ServerStation({ ...system, station }, seed, sink), after);
  const rules = { stepMs: rule?.stepMs ?? 1, startCounts: rule?.initBilled === true };
  const pool = new PoolStation({ ...system, station }, seed, sink, rules);
  if (after === undefined) pool.addWarm(0, initial.warm.value);
  return left(pool, after);
}

/** As the earlier trace leaves it. Its requests have negative numbers: draws of their own, distinguished by the sink. */
function left(station: Station, after: EarlierTrace | undefined): Station {
  if (after === undefined) return station;
  const { atMs, durationMs, gapMs } = after;
  for (let i = 0; i < atMs.length; i++) station.arrive((atMs[i] as number) - durationMs - gapMs, -1 - i, 1);
  station.advance(0);
  station.startCounting(0);
  return station;
}
