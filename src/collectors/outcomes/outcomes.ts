import { printable, UserError } from '../../errors.js';
import type { Measure } from '../../metric.js';
import type { OutcomesSection } from '../../report.js';
import type { RunEnd } from '../../run.js';
import { FAILURES, OUTCOMES, outcomeCode, type Failure, type SampleBlock } from '../../sample.js';
import type { Collector, CollectorContext } from '../collector.js';
import type { OutcomesMetric } from './metrics.js';

/** Examples kept of each kind of failure. */
const EXAMPLES = 3;

/** Also gives single numbers. */
export interface OutcomesCollector extends Collector<OutcomesSection> {
  /** `end` absent: over the requests with an outcome so far. */
  measure(metric: OutcomesMetric, end?: Pick<RunEnd, 'complete'>): Measure;
  /** Those with an outcome so far. */
  requests(): number;
}

/**
 * What became of every planned request: planned = ok + failures + unsent. A request without a row was never sent, or,
 * when the process was killed, nobody knows. `finish` throws `UserError` when there are more rows than requests.
 */
export function createOutcomes({ plan }: CollectorContext): OutcomesCollector {
  const counts = new Float64Array(OUTCOMES.length);
  const examples = OUTCOMES.map(() => new FirstExamples());
  const rowsSeen = (): number => counts.reduce((sum, count) => sum + count, 0);
  return {
    requests: rowsSeen,
    measure(metric, end) {
      const rows = rowsSeen();
      const planned = end === undefined ? rows : plan.planned;
      if (planned === 0) return { value: null, why: 'no request has an outcome' };
      const missing = planned - rows;
      const ok = counts[0] as number;
      const unsent = end?.complete === false ? 0 : missing;
      if (metric.of === 'success') return { value: ok / planned };
      const lost = metric.of === 'failures' && (metric.failure ?? 'unknown') === 'unknown' ? missing - unsent : 0;
      const count = metric.of === 'unsent' ? unsent : lost + failuresOf(counts, metric.failure);
      return { value: metric.as === 'count' ? count : count / planned };
    },
    add(block) {
      const { rows, outcome } = block;
      let ok = 0;
      let detail = 0;
      for (let i = 0; i < rows; i++) {
        const code = outcome[i] as number;
        if (code === 0) ok++;
        else detail = addFailure(block, i, detail);
      }
      counts[0] = (counts[0] as number) + ok;
    },
    finish({ complete }) {
      const missing = plan.planned - rowsSeen();
      if (missing < 0)
        throw new UserError('the samples are more than the run planned; give the log and the run.json of one run');
      if (!complete) counts[UNKNOWN] = (counts[UNKNOWN] as number) + missing;
      const ok = counts[0] as number;
      return {
        planned: plan.planned,
        ok,
        successRatio: plan.planned === 0 ? null : ok / plan.planned,
        failures: byKind(
          (code) => counts[code] as number,
          (count) => count > 0,
        ),
        unsent: complete ? missing : 0,
        examples: byKind(
          (code) => examples[code]?.list() ?? [],
          (list) => list.length > 0,
        ),
      };
    },
  };

  /** `detail` is the index of the first text at or after this row; so is the answer. */
  function addFailure({ seq, outcome, details }: SampleBlock, row: number, detail: number): number {
    const code = outcome[row] as number;
    counts[code] = (counts[code] as number) + 1;
    while (detail < details.length && (details[detail]?.row ?? 0) < row) detail++;
    const found = details[detail];
    examples[code]?.offer(seq[row] as number, found?.row === row ? found.text : '');
    return detail;
  }
}

/** With a row. */
function failuresOf(counts: Float64Array, failure: Failure | undefined): number {
  if (failure !== undefined) return counts[outcomeCode(failure)] as number;
  return counts.subarray(1).reduce((sum, count) => sum + count, 0);
}

const UNKNOWN = outcomeCode('unknown');

interface Example {
  readonly seq: number;
  readonly detail: string;
}

/** The examples with the least sequence numbers, in whatever order they come. */
class FirstExamples {
  #first: Example[] = [];
  #bound = Infinity;

  offer(seq: number, detail: string): void {
    if (seq >= this.#bound) return;
    this.#first = [...this.#first, { seq, detail: printable(detail) }].sort((a, b) => a.seq - b.seq).slice(0, EXAMPLES);
    if (this.#first.length === EXAMPLES) this.#bound = this.#first[EXAMPLES - 1]?.seq ?? Infinity;
  }

  list(): readonly Example[] {
    return this.#first;
  }
}

function byKind<Value>(
  valueOf: (code: number) => Value,
  keep: (value: Value) => boolean,
): Partial<Record<Failure, Value>> {
  const entries = FAILURES.map((failure) => [failure, valueOf(outcomeCode(failure))] as const);
  return Object.fromEntries(entries.filter(([, value]) => keep(value)));
}
