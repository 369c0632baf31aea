import { counted } from '../text/counted.js';
import { EXIT, Interrupted, type UserError } from '../errors.js';
import type { ReplayRequest, ReplayResult, Surroundings } from '../replay/replay.js';
import { replayUntilValid } from '../replay/until-valid.js';
import type { Report } from '../report.js';
import { formatDuration } from '../report/format-duration.js';

/** One run of a series. */
export interface PlannedRun {
  /** For the line that reports how it went. */
  readonly name: string;
  readonly request: () => ReplayRequest | Promise<ReplayRequest>;
  /** What is done with its result before it counts, such as asking a cloud; absent: nothing. */
  readonly finish?: (result: ReplayResult) => Promise<ReplayResult>;
  /** When it is over, however it went. */
  readonly release: (request: ReplayRequest) => void;
}

export interface SeriesEnd {
  /** The runs that were made, of several attempts the last. */
  readonly runs: readonly SeriesRun[];
  /** The first of EXIT that any run ended with. */
  readonly exitCode: number;
  readonly trouble: UserError | undefined;
}

export interface SeriesRun {
  readonly name: string;
  readonly folder: string;
  readonly report: Report;
}

export interface SeriesWays {
  /** At most how often a run is made until it is VALID. */
  readonly attempts: number;
  readonly exitOf: (result: ReplayResult) => number;
}

/**
 * Makes the runs one after another; each is asked for when those before it are over, so that it may depend on them. A budget is one for all of them: each run has what those before it left. What stops
 * a run (Ctrl-C, the budget, a full disk) stops the series.
 */
export async function runSeries(
  planned: Iterable<PlannedRun>,
  world: Surroundings,
  { attempts, exitOf }: SeriesWays,
): Promise<SeriesEnd> {
  const runs: SeriesRun[] = [];
  const codes: number[] = [];
  let spent = 0;
  for (const { name, request: open, finish, release } of planned) {
    if (world.stop.aborted) return { runs, exitCode: EXIT.interrupted, trouble: undefined };
    const request = await open();
    try {
      if (request.budget !== undefined && spent >= request.budget)
        return { runs, exitCode: worst([...codes, EXIT.budget]), trouble: undefined };
      const made = await replayUntilValid(withinBudget(request, spent), world, attempts);
      const result = finish === undefined ? made.result : await finish(made.result);
      runs.push({ name, folder: result.folder, report: result.report });
      codes.push(exitOf(result));
      spent += made.spent;
      world.say(`${name}: ${lineOf(result)}`);
      const { trouble } = result;
      if (trouble !== undefined || result.record.end?.stopReason != null)
        return { runs, exitCode: worst(codes), trouble };
    } catch (thrown) {
      if (!(thrown instanceof Interrupted)) throw thrown;
      return { runs, exitCode: EXIT.interrupted, trouble: undefined };
    } finally {
      release(request);
    }
  }
  return { runs, exitCode: worst(codes), trouble: undefined };
}

function withinBudget(request: ReplayRequest, spent: number): ReplayRequest {
  return request.budget === undefined ? request : { ...request, budget: request.budget - spent };
}

/** By the order of EXIT. */
function worst(codes: readonly number[]): number {
  return Object.values(EXIT).find((code) => codes.includes(code)) ?? EXIT.ok;
}

function lineOf({ folder, report }: ReplayResult): string {
  const { outcomes, latency } = report.sections;
  const { meanMs } = latency.response;
  const { p99Ms, count } = latency.all;
  const told = (ms: number | null, absent: string): string => (ms === null ? absent : formatDuration(ms));
  const failed = (report.sections.thresholds ?? []).filter(({ ok }) => !ok).length;
  return [
    report.verdict.valid ? 'VALID' : 'INVALID',
    `mean ${told(meanMs, '-')}`,
    `p99 of all ${told(p99Ms, count === 0 ? '-' : 'inf')}`,
    `${String(outcomes.ok)} of ${String(outcomes.planned)} ok`,
    ...(failed === 0 ? [] : [`${counted(failed, 'threshold')} failed`]),
    folder,
  ].join(', ');
}
