import type { StudyResult } from '../study/study-result.js';
import { sourcesOf } from '../study/render-study-markdown.js';
import { wrapText } from '../report/wrap-text.js';

const COLUMNS = 100;

/** The answer of a study for a terminal. */
export function studyAnswerText(result: StudyResult): string {
  return [
    sourcesOf(result),
    `asked of every system: ${result.slo.join(' and ')}`,
    ...result.answers.flatMap(({ workload, model, headline, reasons }) => [
      '',
      `${workload}, ${model}`,
      ...wrapText(headline, COLUMNS, '  '),
      ...reasons.flatMap((reason) => wrapText(reason, COLUMNS, '  - ')),
    ]),
  ].join('\n');
}
