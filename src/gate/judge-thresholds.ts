import { figureBeside, type Measure, type Metric, type Moment } from '../metric.js';
import type { Bounds, ThresholdResult } from '../report.js';
import type { FailedThreshold, RunEnd } from '../run.js';
import { parseThresholds } from './parse-threshold.js';
import { meets, type Operator, type Threshold } from './threshold.js';

/** What gives the numbers of a run. */
export interface Measurer {
  measure(metric: Metric, moment: Moment): Measure;
}

/** What also says between which values they can lie without our own share. */
export interface BoundedMeasurer extends Measurer {
  bounds(metric: Metric, moment: Moment): Bounds;
}

/**
 * Whether a run that is over kept what was asked of it, in the order of asking. A number that is infinite or unknown
 * meets nothing. What stopped the run has failed, whatever the answers did that came in after. Each also says what our own
 * share can have done to it, which counts where the run is INVALID.
 */
export function judgeThresholds(
  texts: readonly string[],
  run: BoundedMeasurer,
  end: RunEnd,
): Required<ThresholdResult>[] {
  return parseThresholds(texts).map((threshold) => {
    const { failedThreshold: early } = end;
    const stopped = early?.text === threshold.text ? early : undefined;
    // What stopped the run was judged over what had an outcome by then.
    const bounds = run.bounds(threshold.metric, stopped === undefined ? { end } : { nowMs: end.endedMs });
    const result = judge(threshold, run.measure(threshold.metric, { end }));
    const ok = result.ok && stopped === undefined;
    const decided = [bounds.low, bounds.high].every((value) => meets(threshold, value ?? Infinity) === ok);
    return { ...result, ...(stopped && { ok, why: whyEarly(stopped) }), decided, bounds };
  });
}

/** As a report holds them: of a run that is VALID, without what our own share can have done. */
export function reportedThresholds(judged: readonly Required<ThresholdResult>[], valid: boolean): ThresholdResult[] {
  return judged.map(({ decided, bounds, ...result }) => (valid ? result : { ...result, decided, bounds }));
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
  return `${figureBeside(value, limit, unit)} is ${NOT[operator]} ${figureBeside(limit, value, unit)}`;
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
