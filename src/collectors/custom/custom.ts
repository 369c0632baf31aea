import { printable } from '../../errors.js';
import type { Measure } from '../../metric.js';
import type { SampleBlock } from '../../sample.js';
import type { Collector, CollectorContext } from '../collector.js';
import type { CustomSection } from './custom-section.js';
import { GuardedFold } from './guarded-fold.js';
import type { CustomMetric } from './metrics.js';

/** The user's own collectors. One that fails loses its own numbers; the run goes on. */
export class CustomFolds implements Collector<CustomSection | undefined> {
  readonly #folds: readonly GuardedFold[];

  constructor({ plan, collectors = [] }: CollectorContext) {
    this.#folds = collectors.map((collector) => new GuardedFold(collector, plan));
  }

  add(block: SampleBlock): void {
    for (const fold of this.#folds) fold.add(block);
  }

  merge(other: CustomFolds): void {
    for (const [i, fold] of other.#folds.entries()) this.#folds[i]?.merge(fold);
  }

  measure({ collector, name }: CustomMetric): Measure {
    const fold = this.#folds.find((one) => one.collector.name === collector);
    if (fold === undefined)
      return { value: null, why: `no collector ${printable(collector, 40)} was given; add it with --collector` };
    const { metrics, failed } = fold.result();
    const value = metrics[name]?.value ?? null;
    return value === null ? { value, why: failed ?? `collector ${collector} does not know ${name}` } : { value };
  }

  /** Undefined where there is no collector of the user's own. */
  finish(): CustomSection | undefined {
    if (this.#folds.length === 0) return undefined;
    return Object.fromEntries(this.#folds.map((fold) => [fold.collector.name, fold.result()]));
  }
}
