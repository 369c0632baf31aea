import { isUserError, UserError } from '../errors.js';
import { LEAST_FACTOR, type ErrorFactor } from '../predict/error-factor.js';
import { askedPercentiles, parseSlo, type Slo } from '../predict/meets-slo.js';
import { carryModel, type MeasuredModel } from '../predict/carry-model.js';
import type { Draw } from '../predict/draw.js';
import { valuesOf } from '../predict/cell-numbers.js';
import { spreadOf } from '../predict/spread.js';
import { readSystem, variantsOf } from '../systems/read-system.js';
import { withTexts } from '../systems/with-texts.js';
import type { Trace } from '../trace.js';
import { answersOf, type OtherRate } from './answers.js';
import { OTHER_RATES, type CellDraws } from './cell-job.js';
import { ordersOf } from './orders.js';
import { simulateCells, type ReadCell, type SimulationWorld } from './simulate-cells.js';
import { refusedCell, simulatedCell } from './studied-cell.js';
import { studySensitivities } from './study-sensitivities.js';
import type { StudiedDraws } from './studied-draws.js';
import type { Cell, SimulatedCell, Study } from './study.js';
import type { StudiedCell, StudyResult } from './study-result.js';

export interface StudyWorld extends SimulationWorld {
  readonly traces: ReadonlyMap<string, Trace>;
  /** The factor of this study's systems; absent: the least there is. */
  readonly modelError?: () => Promise<ErrorFactor>;
  /** The model of the cells that are `like` another. */
  readonly measured?: MeasuredModel;
  /** Whether to find what each uncertain parameter does. */
  readonly sensitivity?: boolean;
  /** Called with the cells that can be predicted, before they are. */
  readonly onRead?: (read: ReadStudy) => void;
  /** Makes one full run of each simulated cell, and reports its folder, relative to that of the study; null: none is made. */
  readonly fullRuns: (cells: readonly ReadCell[]) => Promise<ReadonlyMap<Cell, string>>;
  /** Makes the runs of live cells. */
  readonly liveCells: (cells: readonly Cell[], slo: readonly Slo[]) => Promise<ReadonlyMap<Cell, StudiedDraws>>;
}

/** The cells of a study that can be simulated, with their systems. */
export interface ReadStudy {
  readonly cells: readonly ReadCell[];
}

/** What is judged where nothing was asked. */
const NOTHING_ASKED = ['success>99%'];

/** Makes every cell of a study, those that are simulated first. */
export async function runStudy(study: Study, world: StudyWorld): Promise<StudyResult> {
  const slo = parseSlo(study.slo.length === 0 ? NOTHING_ASKED : study.slo);
  const read = new Map<Cell, ReadCell | string>();
  for (const cell of study.cells) if (cell.source === 'simulated') read.set(cell, await readCell(cell, world.measured));
  const known = [...read.values()].filter((one) => typeof one !== 'string');
  const refused = [...read.values()].find((one) => typeof one === 'string');
  if (refused !== undefined && known.length === 0 && study.cells.every(({ source }) => source === 'simulated'))
    throw new UserError(`nothing can be predicted: ${refused}`);
  world.onRead?.({ cells: known });
  const draws = await simulateCells({ ...study, percentiles: askedPercentiles(slo) }, known, world.traces, world);
  const modelError =
    known.length === 0 ? null : ((await world.modelError?.()) ?? { factor: LEAST_FACTOR, numbers: [] });
  const sensitivities =
    world.sensitivity === true
      ? { sensitivities: await studySensitivities(study.seed, known, world.traces, world) }
      : {};
  const folders = await world.fullRuns(known);
  const live = await world.liveCells(
    study.cells.filter(({ source }) => source === 'live'),
    slo,
  );
  const studied = study.cells.map((cell): StudiedDraws => {
    const made = live.get(cell);
    if (made !== undefined) return made;
    const one = read.get(cell);
    if (one === undefined || typeof one === 'string')
      return { cell: refusedCell(cell, one ?? 'no run was made'), draws: [] };
    const drawn = draws[known.indexOf(one)] as CellDraws;
    const context = {
      factor: modelError?.factor ?? LEAST_FACTOR,
      slo,
      requests: world.traces.get(cell.workload)?.count ?? 0,
      run: folders.get(cell) ?? null,
    };
    return { cell: simulatedCell(one.cell, one.system, drawn, context), draws: drawn.layers.all };
  });
  return {
    format: 1,
    name: study.name,
    replayVersion: world.version,
    seed: study.seed,
    slo: slo.map(({ text }) => text),
    workloads: study.workloads.map(({ name }) => workloadOf(name, world.traces)),
    cells: studied.map(({ cell }) => cell),
    orders: ordersOf(studied),
    answers: answersOf(
      studied,
      slo,
      otherRates(
        studied.map(({ cell }) => cell),
        known,
        draws,
      ),
      modelError?.factor ?? LEAST_FACTOR,
    ),
    modelError,
    ...sensitivities,
  };
}

/** The cell with its system; the reason where the system does not have this model and runtime. */
async function readCell(cell: SimulatedCell, measured?: MeasuredModel): Promise<ReadCell | string> {
  try {
    const variants = await variantsOf(cell.definition);
    const wanted = variants.find(
      ({ model, runtime }) => fits(cell.like ?? cell.model, model) && fits(cell.runtime, runtime),
    );
    if (wanted === undefined) {
      const known = variants.map(({ model, runtime }) => `${model ?? 'any model'} with ${runtime ?? 'any runtime'}`);
      return `the system has no variant for ${cell.model}${cell.runtime === '' ? '' : ` with ${cell.runtime}`}; it has ${known.join(', ')}`;
    }
    const { model, runtime } = wanted;
    const wish = { ...(model === null ? {} : { model }), ...(runtime === null ? {} : { runtime }) };
    const own = await readSystem(cell.definition, wish);
    const carried = cell.like === undefined || measured === undefined ? own : carryModel(own, measured);
    return typeof carried === 'string' ? carried : { cell, system: withTexts(carried, cell.set), variant: wish };
  } catch (thrown) {
    if (!isUserError(thrown)) throw thrown;
    throw new UserError(`${cell.place}: ${thrown.message}`);
  }
}

/** A system without variants serves anything. */
function fits(wanted: string, offered: string | null): boolean {
  return offered === null || wanted === '' || wanted === offered;
}

function workloadOf(name: string, traces: ReadonlyMap<string, Trace>): StudyResult['workloads'][number] {
  const { count = 0, durationMs = 0, recipe } = traces.get(name) ?? {};
  return { name, requests: count, durationMs, hasRecipe: recipe !== undefined };
}

/** The simulated cells as they would be at other rates; nothing of a study with live systems, which are not asked again. */
function otherRates(
  cells: readonly StudiedCell[],
  known: readonly ReadCell[],
  draws: readonly CellDraws[],
): readonly OtherRate[] {
  if (cells.some(({ source }) => source === 'live')) return [];
  const simulated = cells.filter(({ refused }) => refused === null);
  return OTHER_RATES.map((times, i) => ({
    times,
    cells: known.map((_, nth) => atOtherRate(simulated[nth] as StudiedCell, draws[nth]?.rates[i] ?? [])),
  }));
}

function atOtherRate(cell: StudiedCell, draws: readonly Draw[]): StudiedDraws {
  const cost = { ...cell.raw.cost, usdWithRequestFee: spreadOf(valuesOf(draws, 'usdWithRequestFee')) };
  return { cell: { ...cell, raw: { ...cell.raw, cost } }, draws };
}
