import { capacityJob, capacityNeeded } from '../predict/capacity-needed.js';
import type { JobCell, JobResult } from '../predict/draw-job.js';
import { drawOnThreads } from '../predict/draw-on-threads.js';
import { askedPercentiles, type Slo } from '../predict/meets-slo.js';
import { spreadOf, type Spread } from '../predict/spread.js';
import type { EarlierTrace } from '../systems/scenario.js';
import type { Trace } from '../trace.js';
import { CONFIDENT } from './answers.js';
import { ownArrivals, type ReadCell } from './simulate-cells.js';

/** What is predicted of a cell besides its numbers. */
export interface Further {
  readonly cell: ReadCell;
  /** Undefined: nothing was asked, or the system makes its instances itself. Null: no number that was tried is enough. */
  readonly capacity: { readonly instances: number; readonly usd: Spread } | null | undefined;
}

export interface FurtherWorld {
  readonly seed: number;
  readonly threads: number;
  readonly stop: AbortSignal;
  readonly slo: readonly Slo[];
  readonly after: EarlierTrace | undefined;
}

/** The capacity that each system needs. */
export async function predictFurther(
  cells: readonly ReadCell[],
  trace: Trace,
  { seed, threads, stop, slo, after }: FurtherWorld,
): Promise<readonly Further[]> {
  const jobs = cells.map(({ cell, system }) => {
    const own: JobCell = { system, workload: 0, batch: cell.batch, draws: [] };
    return slo.length === 0 ? [] : capacityJob(own);
  });
  const all = jobs.flat();
  const job = {
    seed,
    workloads: [{ ...ownArrivals(trace), ...(after === undefined ? {} : { after }) }],
    cells: all,
    percentiles: askedPercentiles(slo),
  };
  const results: JobResult =
    all.length === 0 ? [] : await drawOnThreads(job, { threads, stop, onCell: () => undefined });
  let taken = 0;
  const take = (count: number): JobResult => results.slice(taken, (taken += count));
  return cells.map((cell, i): Further => {
    const capacity = take(jobs[i]?.length ?? 0);
    const needed = capacityNeeded(capacity, slo, CONFIDENT);
    return {
      cell,
      capacity: capacity.length === 0 ? undefined : needed === null ? null : { instances: needed.instances, usd: spreadOf(needed.draws.map(({ usdWithRequestFee }) => usdWithRequestFee)) }, // prettier-ignore
    };
  });
}
