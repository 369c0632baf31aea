import type { PriceSheet } from '../cost-terms.js';
import { loneCell } from '../predict/calculator.js';
import type { Draw } from '../predict/draw.js';
import type { JobCell, JobResult } from '../predict/draw-job.js';
import { planDraws, type LayerName, type PlannedDraw } from '../predict/draw-plan.js';
import { scaled, STEP } from '../predict/elasticity.js';
import type { SimulatedSystem } from '../systems/system.js';

/** Multiples of a workload's rate at which it is asked who would win. */
export const OTHER_RATES = [0.25, 0.5, 2, 4] as const;
/** They only say where the answer changes. */
const RATE_DRAWS = 3;

/** Indexes of a job's workloads that belong to one workload of the study. */
export interface WorkloadPlaces {
  readonly own: number;
  readonly lone: number;
  /** In the order of OTHER_RATES. */
  readonly rates: readonly number[];
}

/** All that is simulated for one cell. */
export interface CellDraws {
  readonly layers: Readonly<Record<LayerName, readonly Draw[]>>;
  readonly lone: Draw;
  /** With 1 % less and 1 % more service time, all else as in the plain draw; null: the capacity has no limit. */
  readonly slower: readonly [below: Draw, above: Draw] | null;
  readonly rates: readonly (readonly Draw[])[];
}

/** The parts of the job for one cell, in the order in which `cellDraws` expects their results. */
export function cellJob(
  system: SimulatedSystem,
  batch: number,
  draws: number,
  places: WorkloadPlaces,
  prices: string | PriceSheet | undefined,
): readonly JobCell[] {
  const of = (workload: number, planned: readonly PlannedDraw[], what = system): JobCell => ({
    system: what,
    workload,
    batch,
    draws: planned,
    ...(prices === undefined ? {} : { prices }),
  });
  const own = of(places.own, planDraws(draws));
  const plain: readonly PlannedDraw[] = [{ layer: 'plain', index: 0 }];
  const some = Array.from({ length: RATE_DRAWS }, (_, index): PlannedDraw => ({ layer: 'all', index }));
  const moved = hasCapacity(system)
    ? [1 - STEP, 1 + STEP].map((factor) => of(places.own, plain, slowed(system, factor)))
    : [];
  return [own, loneCell(own, places.lone), ...places.rates.map((workload) => of(workload, some)), ...moved];
}

/** The results of `cellJob`. */
export function cellDraws(draws: number, results: JobResult): CellDraws {
  const [own = [], lone = [], ...more] = results;
  const planned = planDraws(draws);
  const of = (layer: LayerName): readonly Draw[] => own.filter((_, i) => planned[i]?.layer === layer);
  const [below, above] = more.slice(OTHER_RATES.length).map(([only]) => only);
  return {
    layers: { all: of('all'), arrivals: of('arrivals'), parameters: of('parameters'), structure: of('structure'), plain: of('plain') }, // prettier-ignore
    lone: lone[0] as Draw,
    slower: below === undefined || above === undefined ? null : [below, above],
    rates: more.slice(0, OTHER_RATES.length),
  };
}

/** A pool makes instances as it needs them; a server has those it has. */
function hasCapacity(system: SimulatedSystem): boolean {
  return system.station.kind === 'server';
}

/** With `factor` times the service time. A mean in `/s` is a rate. */
function slowed(system: SimulatedSystem, factor: number): SimulatedSystem {
  const { kind, service } = system.station;
  const { unit } = service.time.mean;
  return scaled(system, `${kind}.service.time.mean`, unit === '/s' ? 1 / factor : factor);
}
