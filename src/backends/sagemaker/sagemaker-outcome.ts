import type { Outcome } from '../../sample.js';
import { awsDetail, awsFailure, parseAwsError } from '../shared/aws-failure.js';
import type { Answer } from '../shared/exchange.js';
import { type ExpectRule, unexpected } from '../shared/expect-rule.js';
import { failedAnswer, knownTimes } from '../shared/status-outcome.js';

const ERROR_TYPE_HEADER = 'x-amzn-errortype';
export const KEPT_HEADERS = [ERROR_TYPE_HEADER, 'location'];

export interface Verdict {
  readonly expect: ExpectRule;
  /** What no detail may tell. */
  readonly secrets: () => readonly string[];
}

/** What became of a request that was answered. */
export function createSageMakerOutcome({
  expect,
  secrets,
}: Verdict): (answer: Answer, requestBytes: number) => Outcome {
  const needle = expect.bodyHolds === null ? null : Buffer.from(expect.bodyHolds, 'utf8');
  return (answer, requestBytes) => {
    const { status, headers } = answer;
    const times = knownTimes(answer);
    const usage = { requestBytes, answerBytes: answer.bodyBytes };
    const trouble = unexpected(expect, needle, answer);
    if (trouble === null) return { ok: true, usage, ...times };
    if (status >= 400 && (status < expect.leastStatus || status > expect.mostStatus)) {
      const error = parseAwsError(status, headers[ERROR_TYPE_HEADER], answer.body);
      const failure = awsFailure(error);
      // Only what reached the model was charged.
      const used = failure === 'function-error' ? { usage } : {};
      return { ok: false, failure, detail: awsDetail(error, secrets()), ...used, ...times };
    }
    if (status >= 300 && status < 400) return failedAnswer(answer);
    return { ok: false, failure: 'bad-answer', detail: trouble, usage, ...times };
  };
}
