import { closeArrivals } from '../trace-file/arrival-store.js';
import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { parseSlo } from '../predict/meets-slo.js';
import { predictionText } from '../study/prediction-text.js';
import { runStudy, type ReadStudy } from '../study/run-study.js';
import { predictFurther } from '../study/predict-further.js';
import { renderStudyJson } from '../study/render-study-json.js';
import type { SimulatedCell, Study } from '../study/study.js';
import { variantsOf } from '../systems/read-system.js';
import { earlierTraces } from './earlier-traces.js';
import { liveProgress } from './live-progress.js';
import { modelErrorFactor, simulationThreads } from './model-error-factor.js';
import { openWindow } from './open-trace.js';
import { stopOnSignals } from './stop-on-signals.js';
import type { TraceFlags } from './trace-flags.js';
import { replayVersion } from './versions.js';

export interface PredictFlags extends TraceFlags {
  readonly system: readonly string[];
  readonly model: string | undefined;
  readonly runtime: string | undefined;
  readonly draws: number;
  readonly seed: number;
  readonly slo: readonly string[] | undefined;
  readonly batch: number | undefined;
  readonly set: readonly string[] | undefined;
  readonly after: string | undefined;
  readonly gap: number | undefined;
  readonly prices: string | undefined;
  readonly sweep: string | undefined;
  readonly sensitivity: boolean;
  readonly per: string | undefined;
  readonly every: number | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What is printed. Throws `UserError`. */
export async function makePrediction(source: string, flags: PredictFlags): Promise<string> {
  if (flags.every !== undefined && flags.per === undefined)
    throw new UserError('--every says how often the trace comes in a month; add --per month');
  if (flags.gap !== undefined && flags.after === undefined)
    throw new UserError('--gap is the pause after an earlier trace; add --after TRACE');
  parseSlo(flags.slo ?? []);
  const live = await liveProgress(process.stderr, { quiet: flags.quiet, env: process.env });
  const stop = stopOnSignals(() => {
    live.say('stopping');
  });
  const trace = await openWindow(source, flags);
  try {
    const study = await predictedStudy(trace.name, source, flags);
    const earlier = await earlierTraces(study.workloads);
    const world = {
      earlier,
      threads: simulationThreads(),
      stop: stop.signal,
      folder: undefined,
      version: replayVersion(),
      traces: new Map([[trace.name, trace]]),
      onCell: () => undefined,
      modelError: () => modelErrorFactor(stop.signal),
      fullRuns: () => Promise.resolve(new Map<never, string>()),
      liveCells: () => Promise.resolve(new Map<never, never>()),
    };
    let read: ReadStudy | undefined;
    const result = await runStudy(study, {
      ...world,
      sensitivity: flags.sensitivity,
      onRead: (cells) => (read = cells),
    });
    if (flags.json) return renderStudyJson(result);
    const monthly =
      flags.per === undefined ? undefined : { everyMs: Math.max(flags.every ?? trace.durationMs, trace.durationMs) };
    const further = await predictFurther(read?.cells ?? [], trace, { ...world, slo: parseSlo(flags.slo ?? []), seed: flags.seed, after: earlier.get(trace.name) }); // prettier-ignore
    return predictionText(result, further, { monthly, durationMs: trace.durationMs, asked: flags.slo !== undefined });
  } finally {
    closeArrivals(trace.store);
    live.end();
    stop.release();
  }
}

/** A study of one workload, whose cells are the systems given, each with each value of the sweep. */
async function predictedStudy(workload: string, path: string, flags: PredictFlags): Promise<Study> {
  const sweep = flags.sweep === undefined ? undefined : parseSweep(flags.sweep);
  const set = Object.fromEntries((flags.set ?? []).map(assignment));
  const after = flags.after === undefined ? {} : { after: { path: flags.after, gapMs: flags.gap ?? 0 } };
  const cells: SimulatedCell[] = [];
  for (const definition of flags.system) {
    const { model, runtime } = await wantedVariant(definition, flags);
    const base = { source: 'simulated', definition, model, runtime, workload, prices: flags.prices, flags: [], place: '--system' } as const; // prettier-ignore
    const name = definition.replace(/^.*[/\\]|\.ya?ml$/g, '');
    for (const value of sweep?.values ?? ['']) {
      const swept = sweep === undefined || sweep.path === 'batch' ? {} : { [sweep.path]: value };
      const batch = sweep?.path === 'batch' ? Number(value) : (flags.batch ?? 1);
      const system = sweep === undefined ? name : `${name} ${sweep.path}=${value}`;
      cells.push({ ...base, id: `${system} ${model}`, system, batch, set: { ...set, ...swept } });
    }
  }
  return { name: workload, draws: flags.draws, seed: flags.seed, repeats: 1, slo: flags.slo ?? [], budget: undefined, workloads: [{ name: workload, path, ...after }], cells }; // prettier-ignore
}

async function wantedVariant(
  definition: string,
  { model, runtime }: PredictFlags,
): Promise<{ readonly model: string; readonly runtime: string }> {
  const variants = await variantsOf(definition);
  const found = variants.find(
    (one) =>
      (model === undefined || one.model === null || one.model === model) &&
      (runtime === undefined || one.runtime === null || one.runtime === runtime),
  );
  if (found !== undefined) return { model: found.model ?? model ?? 'model', runtime: found.runtime ?? runtime ?? '' };
  const known = variants.map((one) => `${one.model ?? 'any model'} with ${one.runtime ?? 'any runtime'}`).join(', ');
  const wanted = [model, runtime].filter((word) => word !== undefined).map((word) => printable(word, 40));
  throw new UserError(`${printable(definition, 60)} cannot be predicted for ${wanted.join(' with ')}: it has ${known}`);
}

function parseSweep(text: string): { readonly path: string; readonly values: readonly string[] } {
  const [, path = '', list = ''] = /^([A-Za-z][\w.]*)=(.+)$/.exec(text) ?? [];
  const values = list.split(',').map((value) => value.trim());
  if (path === '' || values.includes('') || values.length > MOST_VALUES)
    throw new UserError(`--sweep ${printable(text, 60)}: give values such as memory=512,1024 or batch=1,2,4`);
  const isWhole = path === 'memory' || path === 'batch';
  const wrong = values.find((value) => isWhole && !(/^\d{1,5}$/.test(value) && Number(value) > 0));
  if (wrong === undefined) return { path, values };
  const near = nearest(path, ['memory', 'batch']) ?? path;
  throw new UserError(`--sweep ${near}: ${printable(wrong, 20)} is no whole number from 1 to 99999`);
}

const MOST_VALUES = 50;

function assignment(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UserError(`--set ${printable(text, 60)}: give path=value, such as pool.idleLifetime=300s`);
  return [text.slice(0, at), text.slice(at + 1)];
}
