import { changesOf } from './changes.js';
import type { Group, Workload } from './comparison.js';
import { groupBy } from './group-by.js';
import { modelTaken } from './model-taken.js';
import type { RunFacts } from './run-facts.js';

/** A group before its numbers. */
export type RunGroup = Pick<
  Group,
  | 'label'
  | 'role'
  | 'workload'
  | 'backend'
  | 'machine'
  | 'model'
  | 'batch'
  | 'time'
  | 'settings'
  | 'runs'
  | 'counted'
  | 'measured'
>;

export interface Grouping {
  readonly includeInvalid: boolean;
  /** Runs of one backend on one machine are one system, whatever else was set. */
  readonly ignoreSettings: boolean;
}

/** Runs by system, model and workload, in the order in which each appears first; and how many copies were found. */
export function groupRuns(
  runs: readonly RunFacts[],
  workloads: ReadonlyMap<RunFacts, Workload>,
  roleOf: (run: RunFacts) => Group['role'],
  { includeInvalid, ignoreSettings }: Grouping,
): { readonly groups: readonly RunGroup[]; readonly copies: number } {
  const workloadOf = (run: RunFacts): string => workloads.get(run)?.label ?? '';
  const taken = modelTaken(runs, workloadOf);
  const modelOf = (run: RunFacts): string | null => run.model ?? taken.get(workloadOf(run)) ?? null;
  const keyOf = (run: RunFacts): string =>
    JSON.stringify([
      roleOf(run),
      workloadOf(run),
      run.series?.system,
      ...[run.backend, run.machine, modelOf(run), run.batch, run.time],
      ignoreSettings ? run.settings['prices'] : run.settings,
    ]);
  let copies = 0;
  const groups = [...groupBy(runs, keyOf).values()].map((some) => {
    const unlike = withoutCopies(some);
    copies += some.length - unlike.length;
    const first = some[0] as RunFacts;
    const { backend, machine, batch, time, settings } = first;
    const measured = unlike.filter(({ standing }) => standing !== 'stopped');
    const counted = unlike.filter(({ standing }) => standing === 'valid' || (includeInvalid && standing === 'invalid'));
    const [role, workload, model] = [roleOf(first), workloadOf(first), modelOf(first)];
    return { label: '', role, workload, backend, machine, model, batch, time, settings, runs: some, counted, measured };
  });
  return { groups: labelled(groups), copies };
}

/** A folder that was copied, or a virtual run made again with the same seed, is no second measurement. */
function withoutCopies(runs: readonly RunFacts[]): RunFacts[] {
  return [...groupBy(runs, ({ stamp, trace }) => `${stamp} ${trace.sha256}`).values()].map(
    (some) => some[0] as RunFacts,
  );
}

/** Each group is called by its series' name for it, or its backend and machine, and by whatever distinguishes it from its namesakes. */
function labelled(groups: readonly RunGroup[]): RunGroup[] {
  const named = groups.map((group) => ({ ...group, label: nameOf(group) }));
  return named.map((group) => {
    const same = named.filter((other) => other !== group && isBeside(group, other) && other.label === group.label);
    const parts = same.length === 0 ? [] : partsThatDiffer(group, same);
    return { ...group, label: [group.label, ...parts].join(' ') };
  });
}

function isBeside(a: RunGroup, b: RunGroup): boolean {
  return a.workload === b.workload && a.model === b.model;
}

function nameOf({ role, runs, backend, machine, batch }: RunGroup): string {
  const system = runs[0]?.series?.system ?? (machine === null ? backend : `${backend} on ${machine}`);
  return [
    system,
    ...(batch > 1 ? [`batch ${String(batch)}`] : []),
    ...(role === 'baseline' ? ['(baseline)'] : []),
  ].join(' ');
}

/** The batch size is in the name already. */
function partsThatDiffer(group: RunGroup, others: readonly RunGroup[]): string[] {
  const changes = others.flatMap((other) => changesOf(group, other));
  const byName = new Map(changes.map(({ name, to }) => [name, to]));
  return [...byName].filter(([name]) => name !== 'batch').map(([name, value]) => `${name}=${value}`);
}
