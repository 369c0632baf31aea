import type { ColdStartsSection } from '../../report.js';
import { STAGE_NAMES, type UsageColumns, type UsageName } from '../../sample.js';
import { SpreadFold } from '../spread-fold.js';

/** The parts of a cold request that are reported, and where a block has them. */
const STAGES: readonly (readonly [stage: string, column: UsageName])[] = [
  ['init', 'initMs'],
  ['restore', 'restoreMs'],
  ['firstInvocation', 'durationMs'],
  ...STAGE_NAMES.map((name) => [name.replace(/Ms$/, ''), name] as const),
];

/** What cold starts took: making the environment, and the stages that were reported. */
export class StartStages {
  /** Init, restore, or both together. */
  readonly whole = new SpreadFold();
  readonly #folds = STAGES.map(() => new SpreadFold());

  add(usage: UsageColumns, row: number): void {
    for (let i = 0; i < STAGES.length; i++) {
      const [, column] = STAGES[i] as (typeof STAGES)[number];
      this.#folds[i]?.record(usage[column][row] as number);
    }
    const [initMs, restoreMs] = [usage.initMs[row] as number, usage.restoreMs[row] as number];
    if (Number.isNaN(initMs)) this.whole.record(restoreMs);
    else this.whole.record(initMs + (Number.isNaN(restoreMs) ? 0 : restoreMs));
  }

  addAll(other: StartStages): void {
    this.whole.addAll(other.whole);
    for (const [i, fold] of other.#folds.entries()) this.#folds[i]?.addAll(fold);
  }

  /** Those that were reported at least once. */
  summary(): ColdStartsSection['stages'] {
    const entries = STAGES.flatMap(([stage], i) => {
      const fold = this.#folds[i];
      return fold === undefined || fold.count === 0 ? [] : [[stage, summaryOf(fold)] as const];
    });
    return Object.fromEntries(entries);
  }
}

/** Of a stage that was reported at least once. */
function summaryOf(stage: SpreadFold): ColdStartsSection['stages'][string] {
  return { count: stage.count, meanMs: stage.meanMs as number, p99Ms: stage.percentileMs(99) as number };
}
