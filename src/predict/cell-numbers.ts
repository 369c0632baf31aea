import type { Draw, DrawNumber } from './draw.js';
import { spreadOf, widened, widenedShare, type Spread } from './spread.js';

/** What is said of one system under one workload, as study.json holds it. */
export interface CellNumbers {
  readonly latency: {
    /** The first three over successes. */
    readonly meanMs: Spread;
    readonly p50Ms: Spread;
    readonly p99Ms: Spread;
    /** Over all requests; null where infinite. */
    readonly allP99Ms: Spread;
  };
  readonly successRatio: Spread;
  readonly cost: {
    /** Without the fee for each request. */
    readonly usd: Spread;
    readonly usdWithRequestFee: Spread;
    /** The bill holds more than what is known here. */
    readonly floorOnly: boolean;
  };
  readonly instances: { readonly created: Spread; readonly peak: Spread };
  readonly coldStarts: { readonly count: Spread; readonly meanMs: Spread };
}

/** Over draws, or over the runs of a live cell. */
export function cellNumbers(draws: readonly Draw[], floorOnly: boolean): CellNumbers {
  const of = (name: DrawNumber): Spread => spreadOf(valuesOf(draws, name));
  return {
    latency: { meanMs: of('meanMs'), p50Ms: of('p50Ms'), p99Ms: of('p99Ms'), allP99Ms: of('allP99Ms') },
    successRatio: of('successRatio'),
    cost: { usd: of('usd'), usdWithRequestFee: of('usdWithRequestFee'), floorOnly },
    instances: { created: of('created'), peak: of('peak') },
    coldStarts: { count: of('coldStarts'), meanMs: of('coldMeanMs') },
  };
}

/** The same with the model-error factor: everything by the factor, a success ratio by its odds. */
export function withModelError(raw: CellNumbers, factor: number): CellNumbers {
  const wide = <Names extends string>(of: Readonly<Record<Names, Spread>>): Readonly<Record<Names, Spread>> =>
    Object.fromEntries(Object.entries<Spread>(of).map(([name, spread]) => [name, widened(spread, factor)])) as Record<
      Names,
      Spread
    >;
  const { usd, usdWithRequestFee, floorOnly } = raw.cost;
  return {
    latency: wide(raw.latency),
    successRatio: widenedShare(raw.successRatio, factor),
    cost: { ...wide({ usd, usdWithRequestFee }), floorOnly },
    instances: wide(raw.instances),
    coldStarts: wide(raw.coldStarts),
  };
}

export function valuesOf(draws: readonly Draw[], name: DrawNumber): readonly number[] {
  return draws.map((draw) => draw[name]);
}
