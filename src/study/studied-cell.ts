import { cellNumbers, valuesOf, withModelError } from '../predict/cell-numbers.js';
import { calculated } from '../predict/calculator.js';
import type { Draw } from '../predict/draw.js';
import { elasticity } from '../predict/elasticity.js';
import { shareMeeting, type Slo } from '../predict/meets-slo.js';
import { spreadOf } from '../predict/spread.js';
import type { SimulatedSystem } from '../systems/system.js';
import { parametersOf } from '../systems/vary-system.js';
import type { CellDraws } from './cell-job.js';
import { twoDigits } from './figure-texts.js';
import type { Cell, SimulatedCell } from './study.js';
import type { CellLayer, StudiedCell } from './study-result.js';

export interface CellContext {
  readonly factor: number;
  readonly slo: readonly Slo[];
  readonly requests: number;
  /** Relative to the folder of the study; null: none. */
  readonly run: string | null;
}

/** A simulated cell from its draws. */
export function simulatedCell(
  cell: SimulatedCell,
  system: SimulatedSystem,
  drawn: CellDraws,
  context: CellContext,
): StudiedCell {
  const { all, arrivals, parameters, structure } = drawn.layers;
  const raw = cellNumbers(all, system.meter.floorOnly || keepsInstances(system));
  return {
    ...nameOf(cell),
    model: cell.model === '' ? (system.model ?? '') : cell.model,
    runtime: cell.runtime === '' ? (system.runtime ?? '') : cell.runtime,
    source: 'simulated',
    draws: all.length,
    ...withModelError(raw, context.factor),
    sdMs: spreadOf(valuesOf(all, 'sdMs')).median,
    raw,
    layers: { arrivals: layerOf(arrivals), parameters: layerOf(parameters), structure: layerOf(structure) },
    calculator: calculated(drawn.lone, context.requests, system.meter.billing.model === 'hourly' || system.meter.billing.model === 'none'), // prettier-ignore
    meetsSlo: context.slo.length === 0 ? null : shareMeeting(all, context.slo),
    guesses: guessesOf(system),
    flags: [...cell.flags, ...memoryFlag(cell), ...carriedFlag(cell), ...flagsOf(system, drawn)],
    refused: null,
    run: context.run,
  };
}

/** A live cell from the numbers of its runs: nothing is modelled, and nothing widened. */
export function liveCell(cell: Cell, runs: readonly Draw[], slo: readonly Slo[], run: string | null): StudiedCell {
  const raw = cellNumbers(runs, false);
  return {
    ...nameOf(cell),
    source: 'live',
    draws: runs.length,
    ...raw,
    sdMs: spreadOf(valuesOf(runs, 'sdMs')).median,
    raw,
    calculator: null,
    meetsSlo: slo.length === 0 || runs.length === 0 ? null : shareMeeting(runs, slo),
    guesses: [],
    flags: [],
    refused: null,
    run,
  };
}

/** A cell of which nothing can be said. */
export function refusedCell(cell: Cell, reason: string): StudiedCell {
  return { ...liveCell(cell, [], [], null), source: cell.source, refused: reason };
}

function nameOf({
  system,
  model,
  runtime,
  workload,
  batch,
}: Cell): Pick<StudiedCell, 'system' | 'model' | 'runtime' | 'workload' | 'batch'> {
  return { system, model, runtime, workload, batch };
}

function layerOf(draws: readonly Draw[]): CellLayer {
  const of = (name: 'meanMs' | 'successRatio' | 'usd') => spreadOf(valuesOf(draws, name));
  return { meanMs: of('meanMs'), successRatio: of('successRatio'), usd: of('usd') };
}

function guessesOf(system: SimulatedSystem): readonly string[] {
  return parametersOf(system).flatMap(({ path, what }) =>
    what.role === 'sampled' && /\bguess/i.test(what.source) ? [path] : [],
  );
}

/** The system was not measured at another memory. */
function memoryFlag({ set }: SimulatedCell): readonly string[] {
  return set['memory'] === undefined
    ? []
    : ['extrapolated: the service time is carried over by the share of CPU that the memory gives'];
}

function carriedFlag({ like }: SimulatedCell): readonly string[] {
  return like === undefined
    ? []
    : [
        'extrapolated: the service time was measured on this machine and carried over by a ratio of CPUs that is a guess',
      ];
}

/** A request in a hundred that is due near saturation is enough to make a mean uncertain. */
const NEAR = 0.01;

function flagsOf(system: SimulatedSystem, drawn: CellDraws): readonly string[] {
  const [plain] = drawn.layers.plain;
  const near = plain?.nearSaturation ?? 0;
  return [
    ...(near >= NEAR ? [illConditioned(plain?.maxRho ?? NaN, near, drawn.slower)] : []),
    ...(system.station.kind === 'pool'
      ? [`initial state assumed: ${String(system.initial.warm.value)} warm instances at the start`]
      : []),
    ...(system.meter.floorOnly
      ? ['floor only: the scaling policy decides what is billed beyond the instances that are known']
      : []),
    ...(keepsInstances(system)
      ? [
          'floor only: instances that are always there (pool.minimum, pool.provisioned) have a price of their own, which is not in the bill',
        ]
      : []),
  ];
}

/** What is billed by the request says nothing of instances that wait for one. */
function keepsInstances({ station, meter: { billing } }: SimulatedSystem): boolean {
  if (station.kind !== 'pool' || billing.model === 'hourly' || billing.model === 'none') return false;
  return station.minimum.value + station.provisioned.value > 0;
}

function illConditioned(rho: number, near: number, slower: CellDraws['slower']): string {
  const measured = slower === null ? NaN : Math.abs(elasticity(slower[0].meanMs, slower[1].meanMs));
  const percent = `${twoDigits(near * 100)} % of the requests are due where 0.9 < rho < 1.1 (highest rho ${twoDigits(rho)})`;
  if (!Number.isFinite(measured)) return `ill-conditioned: ${percent}`;
  return `ill-conditioned: ${percent}; 1 % of capacity moves the mean latency by ${twoDigits(measured)} %`;
}
