import { EXIT } from '../errors.js';
import type { Study } from '../study/study.js';
import type { Trace } from '../trace.js';

/** What a study would do: its cells, the calls of live ones and their highest cost. Sends nothing. */
export function tryStudy(study: Study, traces: ReadonlyMap<string, Trace>): number {
  const simulated = study.cells.filter(({ source }) => source === 'simulated').length;
  const live = study.cells.filter(({ source }) => source === 'live');
  const calls = live.reduce((sum, cell) => sum + Math.ceil((traces.get(cell.workload)?.count ?? 0) / cell.batch), 0);
  process.stdout.write(
    [
      `${String(study.cells.length)} cells: ${String(simulated)} simulated with ${String(study.draws)} draws each, ${String(live.length)} live with ${String(study.repeats)} runs each`,
      ...study.cells.map(({ id, source }) => `  ${id} (${source})`),
      `calls of live cells: ${String(calls * study.repeats)}`,
      study.budget === undefined
        ? 'no budget: nothing limits the cost of live cells'
        : `highest cost of live cells: ${study.budget}, the budget`,
      '',
    ].join('\n'),
  );
  return EXIT.ok;
}
