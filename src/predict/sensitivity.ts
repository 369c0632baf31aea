import type { SimulatedSystem } from '../systems/system.js';
import { choicesOf, parametersOf, withValues } from '../systems/vary-system.js';
import type { Draw } from './draw.js';
import type { JobCell } from './draw-job.js';
import { elasticity, scaled, STEP } from './elasticity.js';

/** What one uncertain parameter does to the numbers of a cell; all else is equal, and so is the luck. */
export interface Sensitivity {
  /** Of a parameter, or of a choice with the option that was taken: `pool.idleLaw = fixed`. */
  readonly what: string;
  /** % of change for 1 % of the parameter; of a choice: % of change. Null: the number is 0 or infinite. */
  readonly meanMs: number | null;
  readonly successRatio: number | null;
  readonly usd: number | null;
}

/** Simulations of each variation: one instance more or less is a jump, and a mean over several is less of one. */
const LUCKS = 3;

const NUMBERS = ['meanMs', 'successRatio', 'usd'] as const;

interface Varied {
  readonly what: string;
  readonly systems: readonly SimulatedSystem[];
}

/** The simulations that `sensitivities` needs: first the system as it is, then each variation. */
export function sensitivityJob(cell: JobCell): readonly JobCell[] {
  const draws = Array.from({ length: LUCKS }, (_, index) => ({ layer: 'plain', index }) as const);
  const plain = { ...cell, draws };
  return [plain, ...variations(cell.system).flatMap(({ systems }) => systems.map((system) => ({ ...plain, system })))];
}

/** From the results of `sensitivityJob`; the parameters that move most first. */
export function sensitivities(system: SimulatedSystem, results: readonly (readonly Draw[])[]): readonly Sensitivity[] {
  const [plain, ...rest] = results.map(meansOf);
  let taken = 0;
  const found = variations(system).map(({ what, systems }): Sensitivity => {
    const [below, above] = rest.slice(taken, (taken += systems.length));
    const of = (name: (typeof NUMBERS)[number]): number | null => {
      const change =
        above === undefined
          ? ((below?.[name] ?? NaN) / (plain?.[name] ?? NaN) - 1) * 100
          : elasticity(below?.[name] ?? NaN, above[name]);
      return Number.isFinite(change) ? change : null;
    };
    return { what, meanMs: of('meanMs'), successRatio: of('successRatio'), usd: of('usd') };
  });
  const size = (one: Sensitivity): number => Math.max(...NUMBERS.map((name) => Math.abs(one[name] ?? 0)));
  return found.filter((one) => size(one) > 0).sort((a, b) => size(b) - size(a));
}

type Means = Readonly<Record<(typeof NUMBERS)[number], number>>;

function meansOf(draws: readonly Draw[]): Means {
  const of = (name: (typeof NUMBERS)[number]): number =>
    draws.reduce((sum, draw) => sum + draw[name], 0) / draws.length;
  return { meanMs: of('meanMs'), successRatio: of('successRatio'), usd: of('usd') };
}

/** Each number that is not known for certain by 1 % down and up, each other option of an open choice. */
function variations(system: SimulatedSystem): readonly Varied[] {
  const parameters = parametersOf(system)
    .filter(
      ({ what }) => what.role !== 'fixed' && what.value > 0 && Number.isFinite(what.value) && what.unit !== 'count',
    )
    .map(({ path }) => ({ what: path, systems: [1 - STEP, 1 + STEP].map((factor) => scaled(system, path, factor)) }));
  const choices = choicesOf(system)
    .filter(({ what }) => what.role !== 'fixed')
    .flatMap(({ path, what }) =>
      what.options
        .filter((option) => option !== what.value)
        .map((option) => ({ what: `${path} = ${option}`, systems: [withValues(system, new Map([[path, option]]))] })),
    );
  return [...parameters, ...choices];
}
