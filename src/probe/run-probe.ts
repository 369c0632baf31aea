import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSeries, type PlannedRun, type SeriesEnd } from '../compare/run-series.js';
import { spentByRun } from '../conclude/spent-by-run.js';
import type { ReplayRequest, ReplayResult, Surroundings } from '../replay/replay.js';
import { isFinished, setAside, withAsides } from '../run-folder/finished-run.js';
import { readReport } from '../run-folder/read-report.js';
import { arrivalStoreWriter, closeArrivals } from '../trace-file/arrival-store.js';
import type { Trace } from '../trace.js';
import { hold, type ProbeSize, type ProbeStep } from './plan-probe.js';
import { Saturation } from './saturation.js';

export interface ProbeWays {
  readonly size: ProbeSize;
  readonly seed: number;
  /** The run of a step. Throws `UserError`. */
  readonly requestOf: (trace: Trace) => ReplayRequest;
  readonly exitOf: (result: ReplayResult) => number;
  readonly attempts: number;
  /** For all steps together, in the currency of the sheets. */
  readonly budget: number | undefined;
}

/** Makes the runs of a probe that are not there yet, each in a folder of its own below `out`. */
export async function runProbe(
  steps: readonly ProbeStep[],
  out: string,
  world: Surroundings,
  ways: ProbeWays,
): Promise<SeriesEnd> {
  const left = ways.budget === undefined ? undefined : ways.budget - (await spentSoFar(steps, out));
  const saturation = new Saturation();
  return runSeries(missingRuns(steps, out, saturation, world, { ...ways, budget: left }), world, ways);
}

function* missingRuns(
  steps: readonly ProbeStep[],
  out: string,
  saturation: Saturation,
  world: Surroundings,
  ways: ProbeWays,
): Iterable<PlannedRun> {
  // prettier-ignore
  // Each with luck of its own.
  for (const [index, planned] of steps.entries()) {
    const rate = saturation.perSecond;
    if (planned.only === 'until-saturated' && rate !== undefined) continue;
    if (planned.only === 'when-saturated' && rate === undefined) continue;
    const isHeld = planned.only === 'when-saturated' && rate !== undefined;
    const step = isHeld ? hold(ways.size, Math.min(rate, planned.perSecond ?? rate), ways.seed) : planned;
    const folder = join(out, step.name);
    if (isUsable(folder)) world.say(`${step.name}: made before`);
    else yield plannedRun(step, folder, { ...ways, seed: ways.seed + index });
    if (isFinished(folder)) saturation.learn(step, readReport(folder));
  }
}

/** An INVALID run says nothing of the service. */
function isUsable(folder: string): boolean {
  return isFinished(folder) && readReport(folder).verdict.valid;
}

function plannedRun(step: ProbeStep, folder: string, { requestOf, seed, budget }: ProbeWays): PlannedRun {
  return {
    name: step.name,
    request: () => {
      setAside(folder);
      const request = requestOf(traceOf(step));
      return { ...request, out: folder, seed, ...(budget === undefined ? {} : { budget: Math.max(budget, 0) }) };
    },
    release: ({ trace }) => {
      closeArrivals(trace.store);
    },
  };
}

/** The arrivals of a step as those of a file. */
export function traceOf({ name, atMs, durationMs }: Pick<ProbeStep, 'name' | 'atMs' | 'durationMs'>): Trace {
  const writer = arrivalStoreWriter({ spoolDir: tmpdir() });
  writer.appendChunk(atMs);
  const { store, sha256, count, lastMs } = writer.finish();
  return { name, durationMs: Math.max(durationMs, lastMs), count, sha256, payloads: [], store };
}

/** What runs of the steps have cost, finished or not. */
async function spentSoFar(steps: readonly ProbeStep[], out: string): Promise<number> {
  let spent = 0;
  for (const { name } of steps) for (const folder of withAsides(join(out, name))) spent += await spentByRun(folder);
  return spent;
}
