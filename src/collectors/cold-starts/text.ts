import type { Distribution, Report } from '../../report.js';
import { durationOr } from '../../report/duration-or.js';
import { figures, paragraphs } from '../../report/labelled-lines.js';

/** Nothing where no request reported whether it met one. */
export function coldStartsText({ sections: { coldStarts: section } }: Report): string[] {
  if (section.known === 0) return [];
  const { count, known, meanMs, p50Ms, p99Ms, warm, cold, instancesSeen } = section;
  const told = `${String(count)} of ${String(known)}`;
  const values = [told, durationOr(meanMs), durationOr(p50Ms), durationOr(p99Ms)];
  const felt = (what: string, of: Distribution | null): string[] =>
    of === null ? [] : [`${what} response: mean ${durationOr(of.meanMs)}, p99 ${durationOr(of.p99Ms)}`];
  return [
    ...figures('Cold starts', '[count, mean, p50, p99]', values),
    ...paragraphs('', [
      ...felt('cold', cold),
      ...felt('warm', warm),
      ...(instancesSeen === null ? [] : [`instances seen: ${String(instancesSeen)}`]),
    ]),
  ];
}
