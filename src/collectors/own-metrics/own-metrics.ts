import type { Measure } from '../../metric.js';
import type { OwnMetric } from '../../own-metric.js';
import type { OwnMetricsSection } from '../../report.js';
import type { Plan } from '../../run.js';
import { numbersOf } from '../../column-values.js';
import { columnOf, shownNames, type SampleBlock } from '../../sample.js';
import type { Collector, CollectorContext } from '../collector.js';
import type { OwnMetricsMetric } from './metrics.js';
import { QuantityFold } from './quantity-fold.js';

/** Where the values of a metric are in a block. */
interface Source extends OwnMetric {
  readonly fold: QuantityFold;
  /** Shown only where a request has some. */
  readonly isUsage: boolean;
  values(this: void, block: SampleBlock): Float64Array | undefined;
}

/**
 * What the backend measured of its own, over the requests due after the warm-up: the metrics that it declares, then what it declares
 * of usage that no other section shows.
 */
export class OwnMetrics implements Collector<OwnMetricsSection> {
  readonly #warmupMs: number;
  readonly #sources: readonly Source[];

  constructor({ warmupMs }: Plan, sources: readonly Source[]) {
    this.#warmupMs = warmupMs;
    this.#sources = sources;
  }

  add(block: SampleBlock): void {
    const { rows, dueMs } = block;
    for (const { fold, values } of this.#sources) {
      const column = values(block);
      if (column === undefined) continue;
      for (let row = 0; row < rows; row++)
        if ((dueMs[row] as number) >= this.#warmupMs) fold.record(column[row] as number);
    }
  }

  merge(other: OwnMetrics): void {
    for (const [i, { fold }] of other.#sources.entries()) this.#sources[i]?.fold.addAll(fold);
  }

  measure({ name, statistic }: OwnMetricsMetric): Measure {
    const fold = this.#sources.find((source) => source.name === name)?.fold;
    if (fold === undefined) return { value: null, why: `the backend has no metric ${name}` };
    if (statistic === 'count' || statistic === 'sum') return { value: fold[statistic] };
    const value = typeof statistic === 'object' ? (fold.percentiles([statistic.p])[0] ?? null) : fold[statistic];
    return value === null ? { value, why: `no request after the warm-up has a value of ${name}` } : { value };
  }

  finish(): OwnMetricsSection {
    return this.#sources
      .filter(({ fold, isUsage }) => !isUsage || fold.count > 0)
      .map(({ name, unit, fold }) => ({ name, unit: unit ?? null, ...summary(fold) }));
  }
}

/** Undefined where there are none. */
export function openOwnMetrics({ plan }: CollectorContext): OwnMetrics | undefined {
  const sources = sourcesOf(plan);
  return sources.length === 0 ? undefined : new OwnMetrics(plan, sources);
}

function sourcesOf({ metrics = [], columns = [] }: Plan): Source[] {
  const own = metrics.map((metric, i): Source => {
    return { ...metric, isUsage: false, fold: new QuantityFold(), values: (block) => block.metrics?.[i] };
  });
  const shown = shownNames(columns).filter((name) => !metrics.some((metric) => metric.name === name));
  const used = shown.map((name): Source => {
    const { unit } = columnOf(name);
    const values = (block: SampleBlock): Float64Array | undefined => numbersOf(block, name);
    return { name, ...(unit === undefined ? {} : { unit }), isUsage: true, fold: new QuantityFold(), values };
  });
  return [...own, ...used];
}

function summary(fold: QuantityFold): Omit<OwnMetricsSection[number], 'name' | 'unit'> {
  const { count, sum, mean, min, max } = fold;
  const [p50 = null, p90 = null, p99 = null] = fold.percentiles([50, 90, 99]);
  return { count, sum, mean, min, p50, p90, p99, max };
}
