import { answerOf } from '../answer.js';
import type { Report } from '../report.js';

/** Why a run called `name` does not exit with 0: a line for each threshold that failed, and for a run that cannot say. */
export function complaintsOf(name: string, report: Report): string[] {
  const { thresholds = [] } = report.sections;
  const [reason = ''] = report.verdict.reasons;
  const failed = thresholds.filter(({ ok, decided }) => !ok && decided !== false);
  return [
    ...(answerOf(report) === 'unknown' ? [`${name} is INVALID: ${reason}`] : []),
    ...failed.map(({ text, why }) => `${name} failed the threshold ${text}: ${why ?? 'not kept'}`),
  ];
}
