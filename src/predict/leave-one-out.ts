import type { SimulatedSystem } from '../systems/system.js';
import { parametersOf } from '../systems/vary-system.js';
import type { Draw } from './draw.js';
import type { DrawJob, JobCell, JobResult, JobWorkload } from './draw-job.js';
import { errorFactor, type ErrorFactor } from './error-factor.js';
import { PUBLISHED_NUMBERS, type PublishedNumber, type ValueOf, type Variant } from './published-numbers.js';
import { spreadOf } from './spread.js';

const DRAWS = 20;

export interface LeaveOneOut {
  readonly seed: number;
  /** The arrivals of a workload of the study, by name. */
  readonly workloadOf: (name: string) => Promise<JobWorkload>;
  readonly systemOf: (variant: Variant) => Promise<SimulatedSystem>;
  readonly run: (job: DrawJob) => Promise<JobResult>;
}

/**
 * Predicts each published number that a parameter was fitted to with that parameter free, within what the other numbers and
 * declared ranges leave of it, and makes the model-error factor of the errors.
 */
export async function leaveOneOut({ seed, workloadOf, systemOf, run }: LeaveOneOut): Promise<ErrorFactor> {
  const systems = new Map<string, SimulatedSystem>();
  const variants = PUBLISHED_NUMBERS.flatMap((one) => [one, ...(one.over === undefined ? [] : [one.over])]);
  for (const variant of variants) systems.set(keyOf(variant), await systemOf(variant));
  const names = [...new Set(PUBLISHED_NUMBERS.map(({ workload }) => workload))];
  const workloads = await Promise.all(names.map(workloadOf));
  const system = (variant: Variant): SimulatedSystem => systems.get(keyOf(variant)) as SimulatedSystem;
  const valueOf: ValueOf = (variant, path) => parameterAt(system(variant), path).value;
  const draws = Array.from({ length: DRAWS }, (_, index) => ({ layer: 'all', index }) as const);
  const cellsOf = (one: PublishedNumber): JobCell[] => {
    const freed = freedSystem(system(one), one, valueOf);
    if (freed === undefined) return [];
    const workload = names.indexOf(one.workload);
    return [freed, ...(one.over === undefined ? [] : [system(one.over)])].map((drawn) => ({ system: drawn, workload, batch: 1, draws })); // prettier-ignore
  };
  const parts = PUBLISHED_NUMBERS.map(cellsOf);
  const results = await run({ seed, workloads, cells: parts.flat() });
  let taken = 0;
  return errorFactor(
    PUBLISHED_NUMBERS.map((one, i) => {
      const mine = results.slice(taken, (taken += parts[i]?.length ?? 0));
      const { what, published, without, number } = one;
      const isShare = number === 'successRatio';
      if ('impossible' in without) return { what, published, from: without.impossible, predicted: null, isShare };
      return { what, published, from: without.from, predicted: spreadOf(ratios(mine, one)), isShare };
    }),
  );
}

function ratios([of = [], over]: readonly (readonly Draw[])[], { number }: PublishedNumber): number[] {
  return of.map((draw, i) => draw[number] / (over === undefined ? 1 : (over[i]?.[number] ?? NaN)));
}

/** The system with the fitted parameter drawn from what is known without the number; undefined: nothing is. */
function freedSystem(
  system: SimulatedSystem,
  { without }: PublishedNumber,
  valueOf: ValueOf,
): SimulatedSystem | undefined {
  if ('impossible' in without) return undefined;
  if ('range' in without) return withRange(system, without.path, without.range);
  const middle = without.about.of(valueOf);
  return withRange(system, without.path, [middle / without.about.within, middle * without.about.within]);
}

/** A parameter's own entry, as the rest of the system leaves it. */
function withRange(system: SimulatedSystem, path: string, range: readonly [number, number]): SimulatedSystem {
  const copy = structuredClone(system);
  const parameter = parameterAt(copy, path);
  Object.assign(parameter, { range, role: 'sampled' });
  // What was fitted under other mechanisms came from the number that is left out.
  Reflect.deleteProperty(parameter, 'byStructure');
  return copy;
}

function parameterAt(system: SimulatedSystem, path: string): ReturnType<typeof parametersOf>[number]['what'] {
  const found = parametersOf(system).find((one) => one.path === path);
  if (found === undefined) throw new Error(`system ${system.name} has no parameter ${path}`);
  return found.what;
}

function keyOf({ system, model, runtime }: Variant): string {
  return `${system} ${model} ${runtime}`;
}
