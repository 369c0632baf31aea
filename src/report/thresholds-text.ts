import { decidedText } from '../text/decided-text.js';
import { figureBeside } from '../metric.js';
import type { Report, ThresholdResult } from '../report.js';
import { paragraphs } from './labelled-lines.js';

/** Nothing where nothing was asked. */
export function thresholdsText({ sections: { thresholds = [] } }: Report): string[] {
  return paragraphs('Thresholds', thresholds.map(line));
}

function line(result: ThresholdResult): string {
  const { text, actual, limit, unit, ok, why, decided } = result;
  const so = decided === false ? 'UNDECIDED' : ok ? 'ok' : 'FAILED';
  const is = why ?? (actual === null ? 'unknown' : figureBeside(actual, limit, unit));
  return [`${so} ${text}: ${is}`, decidedText(result)].filter((part) => part !== undefined).join('; ');
}
