import { figureBeside } from '../metric.js';
import type { ThresholdResult } from '../report.js';

/** What our own share can have done to a threshold of a run that is INVALID, a clause; undefined of a run that is VALID. */
export function decidedText({ decided, ok, bounds, limit, unit }: ThresholdResult): string | undefined {
  if (decided === undefined || bounds === undefined) return undefined;
  const [low, high] = [bounds.low, bounds.high].map((value) =>
    value === null ? 'infinite' : figureBeside(value, limit, unit),
  );
  const span = low === high ? `it is ${String(low)}` : `it is ${String(low)} to ${String(high)}`;
  if (!decided) return `undecided: without our own share ${span}`;
  return ok ? `decided: it holds with and without our own share (${span})` : `decided: it fails even without our own share (${span})`; // prettier-ignore
}
