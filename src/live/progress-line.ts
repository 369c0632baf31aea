import type { Progress } from '../progress.js';
import { clockText, costText, countText, durationText, failureTexts, rateText } from './figure-texts.js';

/** How far a run is, in one line of plain ASCII, for a log. */
export function progressLine(progress: Progress): string {
  const { nowMs, durationMs, ok, failed, planned, inFlight, rates, recent, cost } = progress;
  return [
    `${clockText(nowMs)} of ${clockText(durationMs)}`,
    `offered ${rateText(rates.duePerSecond)}`,
    `sent ${rateText(rates.sentPerSecond)}`,
    `in flight ${countText(inFlight)}`,
    `p50 ${durationText(recent.p50Ms)}`,
    `p99 ${durationText(recent.p99Ms)}`,
    `${countText(ok + failed)} of ${countText(planned)} answered`,
    ...(failed === 0 ? [] : [`${countText(failed)} failed: ${failureTexts(progress).join(', ')}`]),
    ...(cost === null ? [] : [`cost ${costText(cost)}`]),
  ].join('  ');
}
