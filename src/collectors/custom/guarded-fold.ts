import type { CustomCollector, CustomFold } from '../../custom-collector.js';
import { isUserError, messageOf, printable } from '../../errors.js';
import type { Plan } from '../../run.js';
import type { SampleBlock } from '../../sample.js';
import type { CustomNumber, CustomResult } from './custom-section.js';

/** A collector of the user's own. What goes wrong in it is its result, and is never thrown. */
export class GuardedFold {
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

  merge(other: GuardedFold): void {
    this.#failed ??= other.#failed;
    if (this.#failed !== null) return;
    this.#try('merge', () => {
      if (this.#fold?.merge === undefined || other.#fold === undefined)
        throw new Error('its fold has no merge(other), so parts of a run cannot be put together');
      this.#fold.merge(other.#fold);
    });
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
      const named = `collector ${this.collector.name}: ${hook} failed: `;
      this.#failed = printable(`${isUserError(thrown) ? '' : named}${messageOf(thrown)}`, 300);
    }
  }
}
