import { figureOf, type Measure, type Metric, type Moment } from '../metric.js';
import type { ThresholdResult } from '../report.js';
import type { FailedThreshold, RunEnd } from '../run.js';
import { parseThresholds } from './parse-threshold.js';
import { meets, type Operator, type Threshold } from './threshold.js';

/** What tells the numbers of a run. */
export interface Measurer {
  measure(metric: Metric, moment: Moment): Measure;
}

/**
 * Whether a run that is over kept what was asked of it, in the order of asking. A number that is infinite or unknown
 * meets nothing. What stopped the run has failed, whatever the answers did that came in after.
 */
export function judgeThresholds(texts: readonly string[], run: Measurer, end: RunEnd): ThresholdResult[] {
  return parseThresholds(texts).map((threshold) => {
    const result = judge(threshold, run.measure(threshold.metric, { end }));
    const { failedThreshold: early } = end;
    return early?.text === threshold.text ? { ...result, ok: false, why: whyEarly(early) } : result;
  });
}

export function judge(threshold: Threshold, measure: Measure): ThresholdResult {
  const { text, unit, limit } = threshold;
  const actual = measure.value;
  const why = measure.value === null ? measure.why : miss(threshold, measure.value);
  return { text, actual, unit, limit, ok: why === null, why };
}

function miss(threshold: Threshold, value: number): string | null {
  if (meets(threshold, value)) return null;
  const { operator, limit, unit } = threshold;
  return `${figureOf(value, unit)} is ${NOT[operator]} ${figureOf(limit, unit)}`;
}

const NOT: Readonly<Record<Operator, string>> = {
  '<': 'not below',
  '<=': 'above',
  '>': 'not above',
  '>=': 'below',
};

function whyEarly({ atMs, why }: FailedThreshold): string {
  return `failed ${String(Number((atMs / 1000).toFixed(1)))} s into the run and stopped it: ${why}`;
}
