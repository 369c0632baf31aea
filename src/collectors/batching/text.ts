import type { Report } from '../../report.js';
import { durationOr } from '../../report/duration-or.js';
import { figures, paragraphs } from '../../report/labelled-lines.js';
import { counted } from '../../text/counted.js';

/** Nothing where each request was an invocation of its own. */
export function batchingText({ sections: { batching: section } }: Report): string[] {
  if (section === undefined) return [];
  const { size, waitMs, invocations, meanSize, wait } = section;
  return [
    ...figures('Batches', '[invocations, mean size]', [
      String(invocations),
      meanSize === null ? '-' : meanSize.toFixed(2),
    ]),
    ...figures(
      '',
      `wait, a part of response [mean, p50, p99, max]`,
      [wait.meanMs, wait.p50Ms, wait.p99Ms, wait.maxMs].map((ms) => durationOr(ms)),
    ),
    ...paragraphs('', [`sent with ${counted(size, 'request')}, or when the oldest has waited ${durationOr(waitMs)}`]),
  ];
}
