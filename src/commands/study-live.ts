import { parseRunConfig } from '../config/parse-run-config.js';
import { EXIT } from '../errors.js';
import { LATEST_PRICES } from '../cost-terms.js';
import type { ReplayRequest } from '../replay/replay.js';
import { readReport } from '../run-folder/read-report.js';
import { drawOfReport } from '../study/draw-of-report.js';
import type { RunArguments } from '../study/parse-study.js';
import { runLiveCells, type FinishedRuns } from '../study/run-live-cells.js';
import type { StudyWorld } from '../study/run-study.js';
import { askedPercentiles } from '../predict/meets-slo.js';
import { liveCell, refusedCell } from '../study/studied-cell.js';
import type { StudiedDraws } from '../study/studied-draws.js';
import type { Cell, LiveCell } from '../study/study.js';
import type { Trace } from '../trace.js';
import { givenBudget, givenTerms, parseBudget } from './cost-flags.js';
import { exitCode } from './exit-code.js';
import { givenGate } from './gate-flags.js';
import { namedService } from './named-service.js';
import { knownFlags, type ParsedRun } from './run-systems.js';
import { runRequest } from './run-request.js';
import type { StudyPlace } from './study-runs.js';
import { surroundings } from './surroundings.js';

/** Reads the flags of `replay run`. */
export type ParseRun = (argv: readonly string[]) => Promise<ParsedRun>;

/** What a live system of a study says of `replay run`, read as a system of `compare --run` is. */
export function runArguments(env: Readonly<Record<string, string | undefined>>): RunArguments {
  return (entry) => {
    const { systems, secrets } = parseRunConfig(JSON.stringify({ systems: [entry] }), knownFlags(), env);
    return { args: systems[0]?.args ?? [], secrets };
  };
}

export interface LiveRunner {
  readonly run: StudyWorld['liveCells'];
  /** Of the runs that were made; 0 before. */
  readonly exitCode: () => number;
}

/** Makes the live cells of a study. */
export function liveRunner(place: StudyPlace & { readonly parse: ParseRun }): LiveRunner {
  let code: number = EXIT.ok;
  return {
    exitCode: () => code,
    run: async (cells, slo) => {
      const live = cells.filter((cell) => cell.source === 'live');
      if (live.length === 0) return new Map<Cell, StudiedDraws>();
      const { study, traces, parse } = place;
      const { budget } = await givenBudget(study.budget === undefined ? undefined : parseBudget(study.budget));
      const world = surroundings(place.stop, place.live);
      const requestOf = (cell: LiveCell, trace: Trace): Promise<ReplayRequest> => liveRequest(cell, trace, parse);
      const end = await runLiveCells(study, live, place.cells, world, { traces, requestOf, exitOf: exitCode, budget });
      code = end.exitCode;
      return new Map(live.map((cell) => [cell, studied(cell, end.finished, slo)]));
    },
  };
}

/** One run as the study asks for it. */
export async function liveRequest(cell: LiveCell, trace: Trace, parse: ParseRun): Promise<ReplayRequest> {
  const { args, flags } = await parse([
    ...cell.args,
    ...(cell.batch > 1 ? [`--batch-size=${String(cell.batch)}`] : []),
  ]);
  const named = namedService(args, flags);
  const terms = { ...(await givenTerms(named.flags, LATEST_PRICES)), ...(await givenGate(named.flags)) };
  const { givenPayloads } = await import('./given-payloads.js');
  const payloads = await givenPayloads(named.flags);
  const own = payloads === undefined ? trace : { ...trace, payloads, payloadsInTurn: true };
  return runRequest(own, named.flags, { ...terms, secrets: cell.secrets });
}

function studied(cell: LiveCell, finished: FinishedRuns, slo: Parameters<StudyWorld['liveCells']>[1]): StudiedDraws {
  const folders = finished.get(cell) ?? [];
  const reports = folders.map(readReport).filter(({ verdict }) => verdict.valid);
  if (reports.length === 0)
    return { cell: refusedCell(cell, folders.length === 0 ? 'no run was finished' : 'no run was VALID'), draws: [] };
  const draws = reports.map((report) => drawOfReport(report, askedPercentiles(slo)));
  return { cell: liveCell(cell, draws, slo, `cells/${cell.id}/1`), draws };
}
