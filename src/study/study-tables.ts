import { formatDuration } from '../report/format-duration.js';
import { countText, moneyText, msText, percentText, spreadText, twoDigits } from './figure-texts.js';
import { cellName } from './studied-draws.js';
import type { CellLayer, StudiedCell, StudyResult } from './study-result.js';

/** A table as texts; the first cell of a row names it. */
export interface StudyTable {
  readonly title: string;
  readonly head: readonly [string, ...string[]];
  readonly rows: readonly (readonly [string, ...string[]])[];
  readonly foot: string;
}

/** One workload and model. */
export interface StudySection {
  readonly title: string;
  readonly workload: string;
  readonly model: string;
  readonly cells: readonly StudiedCell[];
}

export function sectionsOf({ cells, workloads }: StudyResult): readonly StudySection[] {
  const models = [...new Set(cells.map(({ model }) => model))];
  return workloads.flatMap(({ name }) =>
    models.flatMap((model) => {
      const here = cells.filter((cell) => cell.workload === name && cell.model === model);
      return here.length === 0 ? [] : [{ title: `${name}, ${model}`, workload: name, model, cells: here }];
    }),
  );
}

/** What was studied: systems, models, workloads. */
export function dimensions(result: StudyResult): StudyTable {
  const { cells, workloads } = result;
  const rows = workloads.map(({ name, requests, durationMs, hasRecipe }): readonly [string, ...string[]] => {
    const here = cells.filter(({ workload }) => workload === name);
    const models = [...new Set(here.map(({ model }) => model))];
    return [name, String(requests), formatDuration(durationMs), hasRecipe ? 'yes' : 'no', String(new Set(here.map(({ system }) => system)).size), models.join(', ')]; // prettier-ignore
  });
  return {
    title: 'Workloads',
    head: ['workload', 'requests', 'length', 'drawn anew', 'systems', 'models'],
    rows,
    foot: 'Drawn anew: the trace has a recipe, so each draw has other arrivals of the same process.',
  };
}

const HEAD_LATENCY = [
  'system',
  'mean',
  'success',
  'meets the SLO',
  'p99 of all',
  'sd',
  'p50',
  'p99',
  'calculator',
  'source',
] as const;

/** Latency and success of every system. */
export function latencyTable({ title, cells }: StudySection): StudyTable {
  return {
    title: `Latency and success: ${title}`,
    head: [...HEAD_LATENCY],
    rows: cells.map((cell) =>
      cell.refused === null
        ? [
            cellName(cell),
            spreadText(cell.latency.meanMs, msText),
            spreadText(cell.successRatio, percentText),
            cell.meetsSlo === null
              ? '-'
              : `${percentText(cell.meetsSlo)} of ${cell.source === 'live' ? 'runs' : 'draws'}`,
            spreadText(cell.latency.allP99Ms, msText),
            msText(cell.sdMs),
            spreadText(cell.latency.p50Ms, msText),
            spreadText(cell.latency.p99Ms, msText),
            cell.calculator === null ? '-' : msText(cell.calculator.meanMs),
            cell.source,
          ]
        : [cellName(cell), `refused: ${cell.refused}`, '', '', '', '', '', '', '', cell.source],
    ),
    foot: 'Medians, and in brackets the 10-90 % range with the model-error factor. Mean, sd, p50 and p99 are over successes; in p99 of all a failed request counts as infinite. Calculator: the service time alone, as if no request met another.',
  };
}

/** Cost, instances and cold starts of every system. */
export function costTable({ title, cells }: StudySection): StudyTable {
  return {
    title: `Cost and instances: ${title}`,
    head: [
      'system',
      'USD',
      'USD with request fee',
      'calculator',
      'instances created',
      'at most at once',
      'cold starts',
      'mean cold start',
    ],
    rows: cells
      .filter(({ refused }) => refused === null)
      .map((cell) => {
        const least = cell.cost.floorOnly ? 'at least ' : '';
        return [
          cellName(cell),
          least + spreadText(cell.cost.usd, moneyText),
          least + spreadText(cell.cost.usdWithRequestFee, moneyText),
          cell.calculator === null ? '-' : moneyText(cell.calculator.usd),
          spreadText(cell.instances.created, countText),
          spreadText(cell.instances.peak, countText),
          spreadText(cell.coldStarts.count, countText),
          cell.coldStarts.meanMs.median === null ? '-' : spreadText(cell.coldStarts.meanMs, msText),
        ] as const;
      }),
    foot: 'USD of the whole workload; the first column leaves out the fee for each request, as the original study did. At least: only a floor is known. Calculator: price without contention or cold starts.',
  };
}

/** Where the range comes from: each source of chance alone. Only of what was simulated. */
export function layersTable({ title, cells }: StudySection): StudyTable | undefined {
  const simulated = cells.filter(({ layers }) => layers !== undefined);
  if (simulated.length === 0) return undefined;
  const of = (layer: CellLayer | undefined): string => (layer === undefined ? '-' : spreadText(layer.meanMs, msText));
  return {
    title: `Where the range of the mean comes from: ${title}`,
    head: ['system', 'arrivals', 'parameters', 'structure', 'all three', 'with the error factor'],
    rows: simulated.map((cell) => [
      cellName(cell),
      of(cell.layers?.arrivals),
      of(cell.layers?.parameters),
      of(cell.layers?.structure),
      spreadText(cell.raw.latency.meanMs, msText),
      spreadText(cell.latency.meanMs, msText),
    ]),
    foot: 'Median and 10-90 % range of the mean latency of successes when only this is left to chance. Arrivals vary only where the trace has a recipe.',
  };
}

/** The predictions of published numbers that the model-error factor comes from. */
export function errorTable({ modelError }: StudyResult): StudyTable | undefined {
  if (modelError === null || modelError.numbers.length === 0) return undefined;
  return {
    title: `Model-error factor: ${twoDigits(modelError.factor)}`,
    head: ['published number', 'published', 'predicted without it', 'ratio', 'factor needed', 'predicted from'],
    rows: modelError.numbers.map(({ what, published, predicted, ratio, needed, from }) => [
      what,
      twoDigits(published),
      predicted === null ? 'impossible' : spreadText(predicted, (value) => (value === null ? 'inf' : twoDigits(value))),
      ratio === null ? '-' : twoDigits(ratio),
      needed === null ? '-' : twoDigits(needed),
      from,
    ]),
    foot: 'Each number that a parameter was fitted to, predicted from all the others and the declared ranges. The factor is the least that makes four in five ranges hold their number, never below 1.3.',
  };
}

/** What is to be kept in mind, cell by cell. */
export function flagsTable({ cells }: StudyResult): StudyTable | undefined {
  const flagged = cells.filter(({ flags }) => flags.length > 0);
  if (flagged.length === 0) return undefined;
  return {
    title: 'Flags',
    head: ['system', 'workload', 'model', 'flags'],
    rows: flagged.map((cell) => [cellName(cell), cell.workload, cell.model, cell.flags.join('; ')]),
    foot: '',
  };
}
