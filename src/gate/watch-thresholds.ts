import type { FailedThreshold } from '../run.js';
import { judge, type Measurer } from './judge-thresholds.js';
import { parseThresholds } from './parse-threshold.js';
import type { Threshold } from './threshold.js';

export interface AbortOnFail {
  /** Nothing is judged before this time of the run. */
  readonly afterMs: number;
}

/**
 * Finds the first threshold that fails while the run goes on, over the requests with an outcome so far. A number that can
 * only grow is judged once it is too large and never for being too small yet; an unknown one is not judged.
 * Undefined where nothing is to be stopped.
 */
export function watchThresholds(
  texts: readonly string[] | undefined,
  abort: AbortOnFail | undefined,
  run: Measurer,
): ((nowMs: number) => FailedThreshold | undefined) | undefined {
  if (texts === undefined || abort === undefined) return undefined;
  const watched = parseThresholds(texts).filter(canFailBeforeTheEnd);
  return (nowMs) => {
    if (nowMs < abort.afterMs) return undefined;
    for (const threshold of watched) {
      const failed = failedAt(nowMs, threshold, run);
      if (failed !== undefined) return failed;
    }
    return undefined;
  };
}

function failedAt(atMs: number, threshold: Threshold, run: Measurer): FailedThreshold | undefined {
  const measure = run.measure(threshold.metric, { nowMs: atMs });
  if (measure.value === null && measure.infinite !== true) return undefined;
  const { text, actual, why } = judge(threshold, measure);
  return why === null ? undefined : { text, atMs, actual, why };
}

function canFailBeforeTheEnd({ trend, operator }: Threshold): boolean {
  const isUpperBound = operator.startsWith('<');
  return trend === 'either way' || (trend === 'up') === isUpperBound;
}
