import { EXIT, Interrupted, type UserError } from '../errors.js';
import { replay, type ReplayRequest, type ReplayResult, type Surroundings } from '../replay/replay.js';
import { formatDuration } from '../report/format-duration.js';

/** One run of a series. */
export interface PlannedRun {
  /** For the line that tells how it went. */
  readonly name: string;
  readonly request: () => ReplayRequest | Promise<ReplayRequest>;
  /** When it is over, however it went. */
  readonly release: (request: ReplayRequest) => void;
}

export interface SeriesEnd {
  /** Of the runs that were made. */
  readonly folders: readonly string[];
  /** The first of EXIT that any run ended with. */
  readonly exitCode: number;
  readonly trouble: UserError | undefined;
}

/**
 * Makes the runs one after another. A budget is one for all of them: each run has what those before it left. What stops
 * a run (Ctrl-C, the budget, a full disk) stops the series.
 */
export async function runSeries(
  planned: readonly PlannedRun[],
  world: Surroundings,
  exitOf: (result: ReplayResult) => number,
): Promise<SeriesEnd> {
  const folders: string[] = [];
  const codes: number[] = [];
  let spent = 0;
  for (const { name, request: open, release } of planned) {
    if (world.stop.aborted) return { folders, exitCode: EXIT.interrupted, trouble: undefined };
    const request = await open();
    try {
      if (request.budget !== undefined && spent >= request.budget)
        return { folders, exitCode: worst([...codes, EXIT.budget]), trouble: undefined };
      // Each run listens to the stop until the process ends.
      const alone = { ...world, stop: AbortSignal.any([world.stop]) };
      const result = await replay(withinBudget(request, spent), alone);
      folders.push(result.folder);
      codes.push(exitOf(result));
      spent += result.report.sections.cost.high ?? 0;
      world.say(`${name}: ${lineOf(result)}`);
      const { trouble } = result;
      if (trouble !== undefined || result.record.end?.stopReason != null)
        return { folders, exitCode: worst(codes), trouble };
    } catch (thrown) {
      if (!(thrown instanceof Interrupted)) throw thrown;
      return { folders, exitCode: EXIT.interrupted, trouble: undefined };
    } finally {
      release(request);
    }
  }
  return { folders, exitCode: worst(codes), trouble: undefined };
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
  return [
    report.verdict.valid ? 'VALID' : 'INVALID',
    `mean ${told(meanMs, '-')}`,
    `p99 of all ${told(p99Ms, count === 0 ? '-' : 'inf')}`,
    `${String(outcomes.ok)} of ${String(outcomes.planned)} ok`,
    folder,
  ].join(', ');
}
