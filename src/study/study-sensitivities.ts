import type { DrawJob, JobCell, JobWorkload } from '../predict/draw-job.js';
import { drawOnThreads } from '../predict/draw-on-threads.js';
import { sensitivities, sensitivityJob } from '../predict/sensitivity.js';
import type { Trace } from '../trace.js';
import { ownArrivals, type ReadCell, type SimulationWorld } from './simulate-cells.js';
import type { CellSensitivity } from './study-result.js';

/** What each uncertain parameter of each cell does, all else equal: the trace's own arrivals and the same luck throughout. */
export async function studySensitivities(
  seed: number,
  cells: readonly ReadCell[],
  traces: ReadonlyMap<string, Trace>,
  { threads, stop, earlier }: SimulationWorld,
): Promise<readonly CellSensitivity[]> {
  const names = [...traces.keys()];
  const workloads = [...traces].map(([name, trace]): JobWorkload => {
    const after = earlier.get(name);
    return { ...ownArrivals(trace), ...(after === undefined ? {} : { after }) };
  });
  const jobs = cells.map(
    ({ cell: { workload, batch, prices }, system }): readonly JobCell[] =>
    sensitivityJob({ system, workload: names.indexOf(workload), batch, draws: [], ...(prices === undefined ? {} : { prices }) }), // prettier-ignore
  );
  const job: DrawJob = { seed, workloads, cells: jobs.flat() };
  const results = await drawOnThreads(job, { threads, stop, onCell: () => undefined });
  let taken = 0;
  return cells.map(({ cell, system }, i) => {
    const { workload, batch } = cell;
    const mine = results.slice(taken, (taken += jobs[i]?.length ?? 0));
    const model = cell.model === '' ? (system.model ?? '') : cell.model;
    const runtime = cell.runtime === '' ? (system.runtime ?? '') : cell.runtime;
    return { system: cell.system, model, runtime, workload, batch, parameters: sensitivities(system, mine) };
  });
}
