import { groupBy } from './group-by.js';
import type { RunFacts } from './run-facts.js';

/**
 * By workload, the model that all runs tell which tell one: most services never say which model they serve, and beside those
 * that do, in one comparison, they are taken to serve the same. Absent where none or several are reported.
 */
export function modelTaken(
  runs: readonly RunFacts[],
  workloadOf: (run: RunFacts) => string,
): ReadonlyMap<string, string> {
  const taken = new Map<string, string>();
  for (const [workload, some] of groupBy(runs, workloadOf)) {
    const [model, ...others] = new Set(some.flatMap((run) => (run.model === null ? [] : [run.model])));
    if (model !== undefined && others.length === 0) taken.set(workload, model);
  }
  return taken;
}
