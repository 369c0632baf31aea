import { UserError } from '../../errors.js';
import type { Measure } from '../../metric.js';
import type { FoldedSoFar } from '../../progress.js';
import type { OutcomesSection } from '../../report.js';
import type { Plan, RunEnd } from '../../run.js';
import { FAILURES, OUTCOMES, outcomeCode, type Failure, type SampleBlock } from '../../sample.js';
import { addColumn } from '../add-column.js';
import type { Collector, CollectorContext } from '../collector.js';
import { FirstExamples } from './first-examples.js';
import type { OutcomesMetric } from './metrics.js';

const OK = 0;
const UNKNOWN = outcomeCode('unknown');

/**
 * What became of every planned request: planned = ok + failures + unsent. A request without a row was never sent, or, when the
 * process was killed, its outcome is unknown.
 */
export class Outcomes implements Collector<OutcomesSection> {
  readonly #plan: Plan;
  /** By outcome code. */
  readonly #counts = new Float64Array(OUTCOMES.length);
  readonly #examples = OUTCOMES.map(() => new FirstExamples());

  constructor({ plan }: CollectorContext) {
    this.#plan = plan;
  }

  add(block: SampleBlock): void {
    const { rows, outcome } = block;
    let ok = 0;
    let detail = 0;
    for (let i = 0; i < rows; i++) {
      if (outcome[i] === OK) ok++;
      else detail = this.#addFailure(block, i, detail);
    }
    this.#counts[OK] = this.#count(OK) + ok;
  }

  merge(other: Outcomes): void {
    addColumn(this.#counts, other.#counts);
    for (const [code, examples] of other.#examples.entries()) this.#examples[code]?.addAll(examples);
  }

  /** Those with an outcome so far. */
  requests(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** `end` absent: over the requests with an outcome so far. */
  measure(metric: OutcomesMetric, end?: Pick<RunEnd, 'complete'>): Measure {
    const rows = this.requests();
    const planned = end === undefined ? rows : this.#plan.planned;
    if (planned === 0) return { value: null, why: 'no request has an outcome' };
    const missing = planned - rows;
    const unsent = end?.complete === false ? 0 : missing;
    if (metric.of === 'success') return { value: this.#count(OK) / planned };
    const lost = metric.of === 'failures' && (metric.failure ?? 'unknown') === 'unknown' ? missing - unsent : 0;
    const count = metric.of === 'unsent' ? unsent : lost + this.#failures(metric.failure);
    return { value: metric.as === 'count' ? count : count / planned };
  }

  soFar(): Pick<FoldedSoFar, 'ok' | 'failed' | 'failures'> {
    const failures = byKind(
      (code) => this.#count(code),
      (count) => count > 0,
    );
    return { ok: this.#count(OK), failed: this.#failures(undefined), failures };
  }

  /** Throws `UserError` when there are more rows than requests. */
  finish({ complete }: Pick<RunEnd, 'complete'>): OutcomesSection {
    const { planned } = this.#plan;
    const missing = planned - this.requests();
    if (missing < 0)
      throw new UserError('the samples are more than the run planned; give the log and the run.json of one run');
    const ok = this.#count(OK);
    return {
      planned,
      ok,
      successRatio: planned === 0 ? null : ok / planned,
      failures: byKind(
        (code) => this.#count(code) + (code === UNKNOWN && !complete ? missing : 0),
        (count) => count > 0,
      ),
      unsent: complete ? missing : 0,
      examples: byKind(
        (code) => this.#examples[code]?.list() ?? [],
        (list) => list.length > 0,
      ),
    };
  }

  #count(code: number): number {
    return this.#counts[code] as number;
  }

  /** With a row. */
  #failures(failure: Failure | undefined): number {
    if (failure !== undefined) return this.#count(outcomeCode(failure));
    return this.#counts.subarray(1).reduce((sum, count) => sum + count, 0);
  }

  /** `detail` is the index of the first text at or after this row; so is what it returns. */
  #addFailure({ seq, outcome, details }: SampleBlock, row: number, detail: number): number {
    const code = outcome[row] as number;
    this.#counts[code] = this.#count(code) + 1;
    let at = detail;
    while (at < details.length && (details[at]?.row ?? 0) < row) at++;
    const found = details[at];
    this.#examples[code]?.offer(seq[row] as number, found?.row === row ? found.text : '');
    return at;
  }
}

function byKind<Value>(
  valueOf: (code: number) => Value,
  keep: (value: Value) => boolean,
): Partial<Record<Failure, Value>> {
  const entries = FAILURES.map((failure) => [failure, valueOf(outcomeCode(failure))] as const);
  return Object.fromEntries(entries.filter(([, value]) => keep(value)));
}
