import type { CustomCollector, CustomFold } from '../../custom-collector.js';
import { messageOf, printable } from '../../errors.js';
import type { Measure } from '../../metric.js';
import type { Plan } from '../../run.js';
import type { SampleBlock } from '../../sample.js';
import type { Collector, CollectorContext } from '../collector.js';
import type { CustomNumber, CustomResult, CustomSection } from './custom-section.js';
import type { CustomMetric } from './metrics.js';

/** `finish`: undefined where there is no collector of the user's own. */
export interface CustomCollectors extends Collector<CustomSection | undefined> {
  measure(metric: CustomMetric): Measure;
}

/** The user's own collectors. One that throws costs its own numbers, never the run. */
export function createCustom({ plan, collectors = [] }: CollectorContext): CustomCollectors {
  const folds = collectors.map((collector) => new GuardedFold(collector, plan));
  return {
    add(block) {
      for (const fold of folds) fold.add(block);
    },
    measure({ collector, name }) {
      const fold = folds.find((one) => one.collector.name === collector);
      if (fold === undefined)
        return { value: null, why: `no collector ${printable(collector, 40)} was given; add it with --collector` };
      const { metrics, failed } = fold.result();
      const value = metrics[name]?.value ?? null;
      return value === null ? { value, why: failed ?? `collector ${collector} does not know ${name}` } : { value };
    },
    finish: () =>
      folds.length === 0 ? undefined : Object.fromEntries(folds.map((fold) => [fold.collector.name, fold.result()])),
  };
}

class GuardedFold {
  readonly collector: CustomCollector;
  #fold: CustomFold | undefined;
  #failed: string | null = null;

  constructor(collector: CustomCollector, plan: Plan) {
    this.collector = collector;
    this.#try('create', () => {
      this.#fold = collector.create(plan);
    });
  }

  add(block: SampleBlock): void {
    if (this.#failed !== null) return;
    this.#try('add', () => this.#fold?.add(block));
  }

  result(): CustomResult {
    let values: Readonly<Record<string, unknown>> = {};
    if (this.#failed === null)
      this.#try('values', () => {
        values = { ...this.#fold?.values() };
        this.#check(values);
      });
    const metrics = this.collector.metrics.map(({ name, unit, worse }): [string, CustomNumber] => {
      const value = values[name];
      const known = this.#failed === null && typeof value === 'number';
      return [name, { value: known ? value : null, unit: unit ?? null, worse }];
    });
    return { metrics: Object.fromEntries(metrics), failed: this.#failed };
  }

  #check(values: Readonly<Record<string, unknown>>): void {
    for (const { name } of this.collector.metrics) {
      const value = values[name];
      if (value === null || (typeof value === 'number' && Number.isFinite(value))) continue;
      throw new Error(
        `${name} must be a finite number or null, not ${typeof value === 'number' ? String(value) : typeof value}`,
      );
    }
  }

  #try(hook: string, work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.#failed = `${hook} of collector ${this.collector.name} failed: ${printable(messageOf(thrown), 200)}`;
    }
  }
}
