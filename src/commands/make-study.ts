import { fileURLToPath } from 'node:url';
import { basename, join } from 'node:path';
import { closeArrivals } from '../trace-file/arrival-store.js';
import { readYamlFile } from '../config/read-yaml-file.js';
import { UserError, printable } from '../errors.js';
import { checkPair, type PairNames } from '../study/chosen-pair.js';
import { parseStudy } from '../study/parse-study.js';
import { runStudy } from '../study/run-study.js';
import type { Study } from '../study/study.js';
import type { StudyResult } from '../study/study-result.js';
import { writeStudy } from '../study/write-study.js';
import type { Trace } from '../trace.js';
import { liveProgress, type LiveProgress } from './live-progress.js';
import { measuredModel } from './measured-model.js';
import { openWindow } from './open-trace.js';
import { stopOnSignals } from './stop-on-signals.js';
import { studyAnswerText } from './study-answer-text.js';
import { liveRunner, runArguments, type ParseRun } from './study-live.js';
import { earlierTraces } from './earlier-traces.js';
import { fullRuns } from './study-runs.js';
import { modelErrorFactor, simulationThreads } from './model-error-factor.js';
import { givenTraceFlags, parseTraceFlags, type TraceFlags } from './trace-flags.js';
import { replayVersion } from './versions.js';

export interface StudyFlags extends TraceFlags {
  readonly out: string | undefined;
  readonly only: readonly string[] | undefined;
  readonly slo: readonly string[] | undefined;
  readonly trace: string | undefined;
  readonly model: string | undefined;
  readonly draws: number | undefined;
  readonly seed: number | undefined;
  readonly sensitivity: boolean;
  readonly pair: PairNames | undefined;
  readonly 'dry-run': boolean;
  readonly quiet: boolean;
}

const SHIPPED = fileURLToPath(new URL('../../examples/studies/paper.yaml', import.meta.url));
const HINTS = {
  missing: 'name a study, or give none for the shipped one',
  tooLarge: 'give a study as docs/study.md describes it',
};

/** Makes or takes up a study. Resolves with the exit code. */
export async function makeStudy(file: string | undefined, flags: StudyFlags, parse: ParseRun): Promise<number> {
  const study = chosenCells(withOwn(withFlags(await readStudy(file ?? SHIPPED), flags), flags), flags.only ?? []);
  if (flags.pair !== undefined) checkPair(flags.pair, study.cells);
  const traces = new Map<string, Trace>();
  try {
    for (const workload of study.workloads) traces.set(workload.name, await openWorkload(workload, flags));
    if (flags['dry-run']) {
      const { tryStudy } = await import('./try-study.js');
      return await tryStudy(study, traces, parse);
    }
    return await madeStudy(study, flags, traces, parse);
  } finally {
    for (const { store } of traces.values()) closeArrivals(store);
  }
}

/** The trace of `--trace` as the flags say, another as its workload does. */
async function openWorkload({ path, read = {} }: Study['workloads'][number], flags: StudyFlags): Promise<Trace> {
  if (flags.trace !== undefined) return openWindow(path, flags);
  checkNoTraceFlags(flags);
  return openWindow(path, parseTraceFlags(read));
}

/** Throws `UserError` where flags of a trace are given without one. */
function checkNoTraceFlags(flags: StudyFlags): void {
  const given = givenTraceFlags(flags);
  if (given.length > 0)
    throw new UserError(
      `${given.join(' and ')}: of --trace FILE; add that, or write it to the workload in the file of the study`,
    );
}

async function readStudy(path: string): Promise<Study> {
  return parseStudy(await readYamlFile(path, HINTS), path, runArguments(process.env));
}

function withFlags(study: Study, { slo, draws, seed }: StudyFlags): Study {
  return {
    ...study,
    ...(slo === undefined ? {} : { slo }),
    ...(draws === undefined ? {} : { draws }),
    ...(seed === undefined ? {} : { seed }),
  };
}

/** The systems of a study with the user's own trace, own model, or both. */
function withOwn(study: Study, { trace, model }: StudyFlags): Study {
  const own = trace === undefined ? undefined : { name: nameOfFile(trace), path: trace };
  if (own === undefined && model === undefined) return study;
  const cells = new Map<string, Study['cells'][number]>();
  for (const cell of study.cells) {
    if (model !== undefined && (cell.source === 'live' || !/^(ort|tf-serving|)$/.test(cell.runtime))) continue;
    const renamed = {
      ...cell,
      ...(own === undefined ? {} : { workload: own.name }),
      ...(model === undefined ? {} : { model: nameOfFile(model), like: CARRIED_FROM }),
    };
    const id = [renamed.system, renamed.model, renamed.runtime, renamed.workload, renamed.batch > 1 ? `batch-${String(renamed.batch)}` : '']; // prettier-ignore
    const text = id
      .filter((part) => part !== '')
      .join('_')
      .replace(/[^\w.+@-]+/g, '-');
    if (!cells.has(text)) cells.set(text, { ...renamed, id: text, ...('flags' in renamed ? { flags: [] } : {}) });
  }
  return { ...study, workloads: own === undefined ? study.workloads : [own], cells: [...cells.values()] };
}

/** The model whose place the user's own takes. */
const CARRIED_FROM = 'mobilenet';

function nameOfFile(path: string): string {
  return basename(path).replace(/\.(json|jsonl|csv|onnx)(\.gz)?$/, '') || 'own';
}

function chosenCells(study: Study, only: readonly string[]): Study {
  if (only.length === 0) return study;
  const wanted = only.map((text) => text.toLowerCase());
  const cells = study.cells.filter(({ id }) => wanted.some((text) => id.toLowerCase().includes(text)));
  if (cells.length === 0) {
    const some = study.cells.slice(0, 5).map(({ id }) => id);
    throw new UserError(
      `--only ${printable(only.join(', '), 80)}: no cell has that in its name; they are called ${some.join(', ')}, ...`,
    );
  }
  const workloads = study.workloads.filter(({ name }) => cells.some(({ workload }) => workload === name));
  return { ...study, cells, workloads };
}

async function madeStudy(
  study: Study,
  flags: StudyFlags,
  traces: ReadonlyMap<string, Trace>,
  parse: ParseRun,
): Promise<number> {
  const out = flags.out ?? join('studies', study.name.replace(/[^\w.+@-]+/g, '-'));
  const live = await liveProgress(process.stderr, { quiet: flags.quiet, env: process.env });
  const stop = stopOnSignals(() => {
    live.say(
      'stopping: what is finished is kept; the same command takes the study up again (press Ctrl-C again to quit now)',
    );
  });
  const cells = join(out, 'cells');
  try {
    const measured =
      flags.model === undefined ? undefined : await measuredModel(flags.model, nameOfFile(flags.model), live.say);
    const runner = liveRunner({ study, traces, cells, parse, live, stop: stop.signal });
    const result = await runStudy(study, {
      threads: simulationThreads(),
      stop: stop.signal,
      folder: cells,
      version: replayVersion(),
      traces,
      ...(measured === undefined ? {} : { measured }),
      earlier: await earlierTraces(study.workloads),
      sensitivity: flags.sensitivity,
      onCell: tellCells(live),
      modelError: () => modelErrorFactor(stop.signal),
      fullRuns: (simulated) => fullRuns(simulated, { study, traces, cells, live, stop: stop.signal }),
      liveCells: runner.run,
    });
    writeStudy(out, result, flags.pair);
    tellResult(result, out);
    return runner.exitCode();
  } finally {
    live.end();
    stop.release();
  }
}

const TELL_EVERY = 10;

function tellCells(live: LiveProgress): (done: number, of: number) => void {
  return (done, of) => {
    if (done % TELL_EVERY === 0 || done === of) live.say(`simulated ${String(done)} of ${String(of)} cells`);
  };
}

function tellResult(result: StudyResult, out: string): void {
  process.stdout.write(
    `${studyAnswerText(result)}\nstudy: ${printable(out)} (study.html, study.md, study.csv, study.json)\n`,
  );
}
