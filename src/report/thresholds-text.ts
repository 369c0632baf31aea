import { figureOf } from '../metric.js';
import type { Report, ThresholdResult } from '../report.js';
import { paragraphs } from './labelled-lines.js';

/** Nothing where nothing was asked. */
export function thresholdsText({ sections: { thresholds = [] } }: Report): string[] {
  return paragraphs('Thresholds', thresholds.map(line));
}

function line({ text, actual, unit, ok, why }: ThresholdResult): string {
  if (!ok) return `FAILED ${text}: ${why ?? 'nobody knows why'}`;
  return actual === null ? `ok ${text}` : `ok ${text}: ${figureOf(actual, unit)}`;
}
