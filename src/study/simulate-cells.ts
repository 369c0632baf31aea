import { join } from 'node:path';
import { readArrivals } from '../trace-file/arrival-store.js';
import { UserError } from '../errors.js';
import { seededRandom } from '../generator/random.js';
import { loneTrace } from '../predict/calculator.js';
import type { DrawJob, JobCell, JobResult, JobWorkload } from '../predict/draw-job.js';
import { drawOnThreads } from '../predict/draw-on-threads.js';
import { scaleArrivals } from '../predict/scale-arrivals.js';
import type { EarlierTrace } from '../systems/scenario.js';
import type { VariantWish } from '../systems/read-system.js';
import type { SimulatedSystem } from '../systems/system.js';
import type { Trace } from '../trace.js';
import { cellDraws, cellJob, OTHER_RATES, type CellDraws, type WorkloadPlaces } from './cell-job.js';
import { drawsKey, readDraws, writeDraws } from './stored-draws.js';
import type { SimulatedCell, Study } from './study.js';

/** A simulated cell with its system as it was read. */
export interface ReadCell {
  readonly cell: SimulatedCell;
  readonly system: SimulatedSystem;
  /** Which of its variants it was read from. */
  readonly variant: VariantWish;
}

export interface SimulationWorld {
  readonly threads: number;
  readonly stop: AbortSignal;
  /** Where draws are kept, a folder for each cell; absent: nowhere. */
  readonly folder: string | undefined;
  readonly version: string;
  /** By the workload that comes after it. */
  readonly earlier: ReadonlyMap<string, EarlierTrace>;
  readonly onCell: (done: number, of: number) => void;
}

/** Fewer arrivals than these say nothing of a system. */
const LEAST_REQUESTS = 20;

/** The draws of all simulated cells, in their order; those that an earlier command has made are read. */
export async function simulateCells(
  { draws, seed, percentiles }: Pick<Study, 'draws' | 'seed'> & { readonly percentiles: readonly number[] },
  cells: readonly ReadCell[],
  traces: ReadonlyMap<string, Trace>,
  world: SimulationWorld,
): Promise<readonly CellDraws[]> {
  const { workloads, places } = jobWorkloads(traces, seed, world.earlier);
  const jobs = cells.map(({ cell, system }) =>
    cellJob(system, cell.batch, draws, places.get(cell.workload) as WorkloadPlaces, cell.prices),
  );
  const whole = { seed, workloads, percentiles };
  const keys = jobs.map((job) => drawsKey(whole, job, world.version));
  const folderOf = (index: number): string | undefined =>
    world.folder === undefined ? undefined : join(world.folder, (cells[index] as ReadCell).cell.id);
  const kept = jobs.map((_, i) => keptDraws(folderOf(i), keys[i] as string));
  const missing = jobs.flatMap((_, i) => (kept[i] === undefined ? [i] : []));
  const made = await drawMissing(
    whole,
    missing.map((i) => jobs[i] as readonly JobCell[]),
    world,
    (nth, result) => {
      const index = missing[nth] as number;
      const folder = folderOf(index);
      if (folder !== undefined) writeDraws(folder, keys[index] as string, result);
    },
  );
  return jobs.map((_, i) => cellDraws(draws, kept[i] ?? (made[missing.indexOf(i)] as JobResult)));
}

function keptDraws(folder: string | undefined, key: string): JobResult | undefined {
  return folder === undefined ? undefined : readDraws(folder, key);
}

/** One job for the parts of all cells; `keep` gets the result of each cell as soon as it is whole. */
async function drawMissing(
  job: Omit<DrawJob, 'cells'>,
  parts: readonly (readonly JobCell[])[],
  { threads, stop, onCell }: SimulationWorld,
  keep: (nth: number, result: JobResult) => void,
): Promise<readonly JobResult[]> {
  const ends = parts.reduce<number[]>((sums, part) => [...sums, (sums.at(-1) ?? 0) + part.length], []);
  if (parts.length === 0) return [];
  const cut = (result: JobResult, nth: number): JobResult => result.slice(ends[nth - 1] ?? 0, ends[nth]);
  let told = 0;
  const result = await drawOnThreads(
    { ...job, cells: parts.flat() },
    {
      threads,
      stop,
      onCell: (done, soFar) => {
        while (told < parts.length && done >= (ends[told] as number)) {
          keep(told, cut(soFar, told));
          onCell(++told, parts.length);
        }
      },
    },
  );
  return parts.map((_, nth) => cut(result, nth));
}

function jobWorkloads(
  traces: ReadonlyMap<string, Trace>,
  seed: number,
  earlier: ReadonlyMap<string, EarlierTrace>,
): { readonly workloads: readonly JobWorkload[]; readonly places: ReadonlyMap<string, WorkloadPlaces> } {
  const workloads: JobWorkload[] = [];
  const places = new Map<string, WorkloadPlaces>();
  for (const [name, trace] of traces) {
    if (trace.count < LEAST_REQUESTS)
      throw new UserError(
        `trace ${name} has ${String(trace.count)} requests; a prediction needs at least ${String(LEAST_REQUESTS)}`,
      );
    const after = earlier.get(name);
    const scenario = after === undefined ? {} : { after };
    const own = { ...ownArrivals(trace), ...scenario };
    const first = workloads.length;
    const random = seededRandom(`${String(seed)} rates ${name}`);
    const rates = OTHER_RATES.map((times): JobWorkload => {
      const atMs = scaleArrivals(own.atMs, own.durationMs, times, random.split(String(times)));
      return { durationMs: own.durationMs, atMs: shared(atMs), ...scenario };
    });
    workloads.push(own, loneTrace(own), ...rates);
    places.set(name, { own: first, lone: first + 1, rates: rates.map((_, i) => first + 2 + i) });
  }
  return { workloads, places };
}

/** The arrivals of a trace as a job takes them, in shared memory. */
export function ownArrivals({ store, count, durationMs, recipe }: Trace): JobWorkload {
  const atMs = new Float64Array(new SharedArrayBuffer(count * 8));
  let filled = 0;
  for (const chunk of readArrivals(store)) {
    atMs.set(chunk.atMs, filled);
    filled += chunk.atMs.length;
  }
  return { atMs, durationMs, ...(recipe === undefined ? {} : { recipe }) };
}

function shared(values: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
