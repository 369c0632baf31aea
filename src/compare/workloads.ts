import { UserError } from '../errors.js';
import { formatDuration } from '../report/format-duration.js';
import type { Workload } from './comparison.js';
import { groupBy } from './group-by.js';
import type { RunFacts } from './run-facts.js';

/** The workload of each run. Throws `UserError` where there are several and the user has not asked for that. */
export function workloadsOf(runs: readonly RunFacts[], mixed: boolean): ReadonlyMap<RunFacts, Workload> {
  if (!mixed) refuseMixtures(runs);
  const byKey = groupBy(runs, (run) => JSON.stringify([sourceOf(run), ...conditionsOf(run)]));
  const labels = uniqueLabels([...byKey.values()].map((some) => some[0] as RunFacts));
  const found = new Map<RunFacts, Workload>();
  for (const some of byKey.values()) {
    const workload = workloadOf(some, labels.get(some[0] as RunFacts) ?? '');
    for (const run of some) found.set(run, workload);
  }
  return found;
}

/** One process drawn with several seeds is one workload; a trace without a recipe is itself. */
function sourceOf({ trace }: RunFacts): unknown {
  if (trace.recipe === null) return trace.sha256;
  return [trace.name, Object.entries(trace.recipe).filter(([key]) => key !== 'seed')];
}

function conditionsOf({ window, warmupMs }: RunFacts): readonly unknown[] {
  return [window.fromMs, window.toMs, window.speed, warmupMs];
}

const CONDITIONS: readonly (readonly [string, (run: RunFacts) => unknown])[] = [
  ['traces', ({ trace }) => trace.sha256],
  ['parts of the trace (--from, --to)', ({ window }) => [window.fromMs, window.toMs]],
  ['speeds', ({ window }) => window.speed],
  ['warm-ups', ({ warmupMs }) => warmupMs],
];

function refuseMixtures(runs: readonly RunFacts[]): void {
  for (const [what, of] of CONDITIONS) {
    const [first, ...others] = runs;
    const other = others.find((run) => JSON.stringify(of(run)) !== JSON.stringify(first && of(first)));
    if (first === undefined || other === undefined) continue;
    const seeds = what === 'traces' && JSON.stringify(sourceOf(first)) === JSON.stringify(sourceOf(other));
    const hint = seeds
      ? 'they are one process with several seeds; add --mixed to compare them as such'
      : 'compare runs of one workload, or add --mixed for a table of each';
    throw new UserError(`${first.folder} and ${other.folder} are runs of different ${what}; ${hint}`);
  }
}

function workloadOf(runs: readonly RunFacts[], label: string): Workload {
  const { trace, durationMs, window, warmupMs } = runs[0] as RunFacts;
  return {
    label,
    trace: trace.name,
    sha256: [...new Set(runs.map((run) => run.trace.sha256))],
    planned: Math.round(runs.reduce((sum, run) => sum + run.planned, 0) / runs.length),
    durationMs,
    ...window,
    warmupMs,
  };
}

/** The trace's name, with the part, speed and warm-up where they are not the usual; with the start of its hash where that is not enough. */
function uniqueLabels(firsts: readonly RunFacts[]): ReadonlyMap<RunFacts, string> {
  const plain = firsts.map(labelOf);
  return new Map(
    firsts.map((run, i) => {
      const label = plain[i] as string;
      const alone = plain.filter((other) => other === label).length === 1;
      return [run, alone ? label : `${label} #${run.trace.sha256.slice(0, 6)}`];
    }),
  );
}

function labelOf({ trace, window: { fromMs, toMs, speed }, warmupMs }: RunFacts): string {
  const to = toMs === null ? 'end' : formatDuration(toMs);
  const part = fromMs === 0 && toMs === null ? [] : [`${formatDuration(fromMs)} to ${to}`];
  const faster = speed === 1 ? [] : [`at ${String(speed)}x`];
  const warm = warmupMs === 0 ? [] : [`warm-up ${formatDuration(warmupMs)}`];
  return [trace.name, ...part, ...faster, ...warm].join(', ');
}
