import { closeArrivals } from '../trace-file/arrival-store.js';
import { ownArrivals } from '../study/simulate-cells.js';
import type { EarlierWorkload, Workload } from '../study/study.js';
import type { EarlierTrace } from '../systems/scenario.js';
import { openWindow } from './open-trace.js';
import { AS_IT_STANDS } from './trace-flags.js';

/** What was served before each workload, by the name of the workload. Throws `UserError`. */
export async function earlierTraces(workloads: readonly Workload[]): Promise<ReadonlyMap<string, EarlierTrace>> {
  const earlier = new Map<string, EarlierTrace>();
  for (const { name, after } of workloads) if (after !== undefined) earlier.set(name, await earlierTrace(after));
  return earlier;
}

async function earlierTrace({ path, gapMs }: EarlierWorkload): Promise<EarlierTrace> {
  const trace = await openWindow(path, AS_IT_STANDS);
  try {
    const { atMs, durationMs } = ownArrivals(trace);
    return { atMs, durationMs, gapMs };
  } finally {
    closeArrivals(trace.store);
  }
}
