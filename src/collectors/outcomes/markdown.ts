import { figureOf } from '../../metric.js';
import type { Report } from '../../report.js';
import { table } from '../../report/markdown.js';
import { FAILURES } from '../../sample.js';

export function outcomesMarkdown({ sections: { outcomes: of, coldStarts } }: Report): string {
  const { planned, ok, successRatio, unsent, failures } = of;
  const success = successRatio === null ? '-' : figureOf(successRatio, 'share');
  const failed = FAILURES.filter((failure) => (failures[failure] ?? 0) > 0);
  const cold =
    coldStarts.known === 0 ? [] : [['cold starts', `${String(coldStarts.count)} of ${String(coldStarts.known)}`]];
  return table(
    ['Outcome', 'Requests'],
    [
      ['planned', String(planned)],
      ['succeeded', `${String(ok)} (${success})`],
      ...failed.map((failure) => [failure, String(failures[failure])]),
      ['unsent', String(unsent)],
      ...cold,
    ],
  );
}
