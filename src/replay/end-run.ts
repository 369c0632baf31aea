import type { FinishedRun } from '../conclude/run-context.js';
import { cpuBudget } from '../host/cpu-budget.js';
import type { Surroundings } from '../plan/replay-request.js';
import type { RunEnd, RunRecord } from '../run.js';
import type { MemberEnd, WorkerResources } from '../threads/member.js';
import { mergeFacts } from '../threads/merge-facts.js';
import { stopsOf } from '../threads/stops-of.js';
import { clockNote } from '../time/clock-note.js';
import type { StartedRun } from './start-run.js';
import type { Stopper } from './stopper.js';

export interface Ending {
  /** One for each worker, in their order. */
  readonly ends: readonly MemberEnd[];
  /** As it was at last. */
  readonly pacing: RunRecord['pacing'];
  readonly stop: Stopper;
  readonly world: Pick<Surroundings, 'date' | 'onProgress'>;
}

/** When all workers are over: the last progress, the last reading of what is provisioned, and the end of the record. */
export async function endRun(started: StartedRun, { ends, pacing, stop, world }: Ending): Promise<FinishedRun> {
  const endedMs = Math.max(0, started.now());
  const ended = world.date();
  world.onProgress(started.meter.read(endedMs, true));
  const capacity = (await started.prober?.end()) ?? [];
  const end: RunEnd = {
    endedMs,
    endedAt: ended.toISOString(),
    ...stop.facts(),
    crashes: ends.flatMap(({ crash }, worker) => (crash === undefined ? [] : [{ worker, cause: crash }])),
    complete: true,
    resources: {
      ...sumResources(known(ends, 'resources'), pacing.used),
      ...started.hostUsage(),
      cpuBudget: cpuBudget(),
    },
    stops: stopsOf([started.ownStops(), ...known(ends, 'stops')], endedMs),
    ...(capacity.length === 0 ? {} : { capacity }),
  };
  const living = ends.filter(({ crash }) => crash === undefined);
  const backendFacts = mergeFacts(living.map(({ facts }) => facts));
  const found = [clockNote(ended.getTime() - started.wallStartMs, endedMs), doubtNote(backendFacts)];
  const complaints = new Set(ends.flatMap((one) => one.complaints));
  const notes = [...started.record.notes, ...found.filter((note) => note !== undefined), ...complaints];
  return { record: { ...started.record, pacing, notes, backendFacts, end }, trouble: stop.trouble() };
}

function known<Name extends keyof MemberEnd>(
  ends: readonly MemberEnd[],
  name: Name,
): readonly NonNullable<MemberEnd[Name]>[] {
  return ends.map((end) => end[name]).filter((value) => value !== undefined);
}

/** What is said of answers that may have been matched with the wrong requests, by the merged facts of the clients; undefined: there are none. */
function doubtNote({ answersInDoubt: count }: RunRecord['backendFacts']): string | undefined {
  if (typeof count !== 'number' || count === 0) return undefined;
  const [answers, they] = count === 1 ? ['1 answer was', 'it'] : [`${String(count)} answers were`, 'they'];
  return `${answers} counted on arrival, on a connection on which the service later sent more answers than it had requests: ${they} may belong to other requests, so the latency is in doubt.`;
}

function sumResources(all: readonly WorkerResources[], pacing: string): Record<string, number> {
  const sum = {
    workers: all.length,
    spinningWorkers: pacing === 'exact' ? all.length : 0,
    workerCpuShareMax: Math.max(...all.map(({ cpuShare }) => cpuShare)),
    workerRunQueueMs: all.reduce((total, { runQueueMs }) => total + runQueueMs, 0),
    workerGcMs: all.reduce((total, { gcMs }) => total + gcMs, 0),
    workerGcMaxMs: Math.max(0, ...all.map(({ gcMaxMs }) => gcMaxMs)),
  };
  return Object.fromEntries(Object.entries(sum).filter(([, value]) => Number.isFinite(value)));
}
