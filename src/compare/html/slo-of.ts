import type { ThresholdResult } from '../../report.js';
import { sloLimits, type SloLimit } from '../../report/html/slo-limits.js';
import type { Group } from '../comparison.js';

/** Whether a system kept what was asked of its runs. */
export interface Slo {
  readonly kept: boolean | null;
  /** met; not met in 2 of 5 runs; none given. */
  readonly text: string;
}

/** Over its counted runs: all of them have to keep all of their thresholds. */
export function sloOf({ counted }: Group): Slo {
  const asked = counted.filter(({ thresholds }) => thresholds.length > 0);
  if (asked.length === 0) return { kept: null, text: 'none given' };
  const failed = asked.filter(({ thresholds }) => thresholds.some(({ ok }) => !ok)).length;
  if (failed === 0) return { kept: true, text: 'met' };
  return {
    kept: false,
    text: asked.length === 1 ? 'not met' : `not met in ${String(failed)} of ${String(asked.length)} runs`,
  };
}

/** The limits on latencies that any of the systems had, each once. */
export function limitsOf(groups: readonly Group[]): SloLimit[] {
  return sloLimits(thresholdsOf(groups));
}

/** The limits on one metric, such as `all.p(99)`, in its unit. */
export function limitsOn(
  groups: readonly Group[],
  metric: string,
): { readonly value: number; readonly label: string }[] {
  const texts = new Map(thresholdsOf(groups).map((one) => [one.text, one]));
  return [...texts.values()]
    .filter(({ text }) => /^[<>]/.test(text.slice(metric.length)) && text.startsWith(metric))
    .map(({ text, limit }) => ({ value: limit, label: text }));
}

function thresholdsOf(groups: readonly Group[]): ThresholdResult[] {
  return groups.flatMap(({ counted }) => counted.flatMap(({ thresholds }) => thresholds));
}
