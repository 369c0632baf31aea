import { closeArrivals } from '../trace-file/arrival-store.js';
import { compareRuns } from '../compare/compare-runs.js';
import { findRuns } from '../compare/find-runs.js';
import { metricOf } from '../compare/metric-of.js';
import { renderCompareJson } from '../compare/render-json.js';
import { renderCompareText } from '../compare/render-text.js';
import { runSeries, type PlannedRun, type SeriesEnd } from '../compare/run-series.js';
import { UserError } from '../errors.js';
import type { ReplayRequest, ReplayResult, Surroundings } from '../replay/replay.js';
import type { Trace } from '../trace.js';
import { inSeriesFolder } from './series-folder.js';
import type { AskedFiles } from './tell-ci.js';
import { tellSeries } from './tell-series.js';

interface RepeatFlags extends AskedFiles {
  readonly repeat?: number | undefined;
  readonly attempts?: number | undefined;
  readonly 'vary-seed': boolean;
  readonly json: boolean;
}

interface Ways {
  readonly exitOf: (result: ReplayResult) => number;
  /** What is done with the result of each run before it counts. */
  readonly finish: (result: ReplayResult) => Promise<ReplayResult>;
  /** The trace from another seed; absent: it is a file. */
  readonly redraw: ((seed: number) => Promise<Trace>) | undefined;
}

/** `replay run ... --repeat N`: the same run N times, then their summary. The exit code is the worst of all. */
export async function repeatRun(
  request: ReplayRequest,
  flags: RepeatFlags,
  world: Surroundings,
  { exitOf, finish, redraw }: Ways,
): Promise<SeriesEnd> {
  const { repeat = 1, attempts = 1 } = flags;
  if (flags['vary-seed'] && redraw === undefined)
    throw new UserError('--vary-seed draws arrivals anew, and a trace has its own; leave one of them out');
  const end = await inSeriesFolder(request.out, world.date(), `repeat-${String(repeat)}`, (folder) =>
    runSeries(plannedRuns(request, folder, flags, world, { finish, redraw }), world, { attempts, exitOf }),
  );
  if (end.runs.length > 0) {
    const comparison = await compareRuns({
      runs: findRuns(end.runs.map((run) => run.folder)),
      ...{ baseline: [], rules: [], mixed: true, includeInvalid: false, ignoreSettings: false },
      ...{ frontierMetric: metricOf('all.p(99)'), seed: 1 },
    });
    process.stdout.write(flags.json ? renderCompareJson(comparison) : renderCompareText(comparison));
    await tellSeries(end.runs, comparison, flags, world.env);
  }
  if (end.trouble !== undefined) throw end.trouble;
  return end;
}

function plannedRuns(
  request: ReplayRequest,
  folder: string,
  { repeat = 1, 'vary-seed': varySeed }: RepeatFlags,
  world: Surroundings,
  { finish, redraw }: Omit<Ways, 'exitOf'>,
): PlannedRun[] {
  const id = `${folder}${request.time === 'virtual' ? '' : ` ${world.date().toISOString()}`}`;
  return Array.from({ length: repeat }, (_, i): PlannedRun => {
    const seed = request.seed + i;
    const asked = { ...request, seed, out: `${folder}/${String(i + 1)}`, series: { id, repeat: i + 1, of: repeat } };
    if (!varySeed || redraw === undefined)
      return { name: `run ${String(i + 1)} of ${String(repeat)}`, request: () => asked, finish, release };
    return {
      name: `run ${String(i + 1)} of ${String(repeat)}`,
      request: async () => ({ ...asked, trace: await redraw(seed) }),
      finish,
      release: closeTrace,
    };
  });
}

function release(): void {
  // the caller that opened the trace closes it
}

function closeTrace({ trace }: ReplayRequest): void {
  closeArrivals(trace.store);
}
