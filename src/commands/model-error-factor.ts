import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { closeArrivals } from '../trace-file/arrival-store.js';
import { cacheFolder } from '../host/cache-folder.js';
import { cpuBudget } from '../host/cpu-budget.js';
import type { DrawJob, JobResult } from '../predict/draw-job.js';
import { drawOnThreads } from '../predict/draw-on-threads.js';
import type { ErrorFactor } from '../predict/error-factor.js';
import { leaveOneOut } from '../predict/leave-one-out.js';
import { ownArrivals } from '../study/simulate-cells.js';
import { drawsKey, readDraws, writeDraws } from '../study/stored-draws.js';
import { readSystem } from '../systems/read-system.js';
import { isUserError } from '../errors.js';
import { openWindow } from './open-trace.js';
import { AS_IT_STANDS } from './trace-flags.js';
import { replayVersion } from './versions.js';

/** It says how good the models are, whatever is predicted with them, so that all predictions have the same. */
const SEED = 1;

/** The factor of the shipped systems, from the published numbers: a few seconds, and from then on read from the user's cache. */
export async function modelErrorFactor(stop: AbortSignal): Promise<ErrorFactor> {
  return leaveOneOut({
    seed: SEED,
    workloadOf: async (name) => {
      const trace = await openWindow(shippedTrace(name), AS_IT_STANDS);
      try {
        return ownArrivals(trace);
      } finally {
        closeArrivals(trace.store);
      }
    },
    systemOf: ({ system, model, runtime }) => readSystem(system, { model, runtime }),
    run: (job) => drawnOnce(job, stop),
  });
}

async function drawnOnce(job: DrawJob, stop: AbortSignal): Promise<JobResult> {
  const folder = join(cacheFolder(process.env), 'predictions');
  const key = drawsKey(job, job.cells, replayVersion());
  const kept = readDraws(folder, key);
  if (kept !== undefined) return kept;
  const made = await drawOnThreads(job, { threads: simulationThreads(), stop, onCell: () => undefined });
  try {
    writeDraws(folder, key, made);
  } catch (thrown) {
    // A folder that cannot be written costs the next command the same seconds, and nothing else.
    if (!isUserError(thrown)) throw thrown;
  }
  return made;
}

export function simulationThreads(): number {
  return Math.max(1, Math.floor(cpuBudget()));
}

function shippedTrace(name: string): string {
  return fileURLToPath(new URL(`../../traces/${name}.json`, import.meta.url));
}
