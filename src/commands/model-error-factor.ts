import { fileURLToPath } from 'node:url';
import { closeArrivals } from '../trace-file/arrival-store.js';
import { cpuBudget } from '../host/cpu-budget.js';
import { drawOnThreads } from '../predict/draw-on-threads.js';
import type { ErrorFactor } from '../predict/error-factor.js';
import { leaveOneOut } from '../predict/leave-one-out.js';
import { ownArrivals } from '../study/simulate-cells.js';
import { readSystem } from '../systems/read-system.js';
import { openTrace } from './open-trace.js';

/** The factor of the shipped systems, from the published numbers; a few seconds. */
export async function modelErrorFactor(seed: number, stop: AbortSignal): Promise<ErrorFactor> {
  return leaveOneOut({
    seed,
    workloadOf: async (name) => {
      const trace = await openTrace(shippedTrace(name), AS_IT_STANDS);
      try {
        return ownArrivals(trace);
      } finally {
        closeArrivals(trace.store);
      }
    },
    systemOf: ({ system, model, runtime }) => readSystem(system, { model, runtime }),
    run: (job) => drawOnThreads(job, { threads: simulationThreads(), stop, onCell: () => undefined }),
  });
}

export function simulationThreads(): number {
  return Math.max(1, Math.floor(cpuBudget()));
}

/** A trace is taken as its file says. */
export const AS_IT_STANDS = { seed: 1, from: 0 } as Parameters<typeof openTrace>[1];

function shippedTrace(name: string): string {
  return fileURLToPath(new URL(`../../traces/${name}.json`, import.meta.url));
}
