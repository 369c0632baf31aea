import type { Outcome } from '../../sample.js';
import { awsDetail, awsFailure, parseAwsError } from './aws-failure.js';
import type { Answer } from '../wire/exchange.js';
import { type ExpectRule, isExpectedStatus, unexpected } from '../wire/expect-rule.js';
import { failedAnswer, knownTimes } from '../wire/status-outcome.js';

export const ERROR_TYPE_HEADER = 'x-amzn-errortype';

/** How an answer is judged, however it was got. */
export interface Verdict {
  readonly expect: ExpectRule;
  /** What no detail may tell. */
  readonly secrets: () => readonly string[];
}

/** What the service reports of a call besides its answer. */
export type Told = Pick<Outcome, 'usage' | 'serverMs' | 'coldStart'>;

/**
 * What became of a call that was answered. `told` is kept where the call ran: of a success, of an answer that is not what
 * was expected, and of a model that failed; what the service itself turned away used nothing.
 */
export function createAwsOutcome({ expect, secrets }: Verdict): (answer: Answer, told: Told) => Outcome {
  return (answer, told) => {
    const { status, headers } = answer;
    const times = knownTimes(answer);
    const trouble = unexpected(expect, answer);
    if (trouble === null) return { ok: true, ...told, ...times };
    if (status >= 400 && !isExpectedStatus(expect, status)) {
      const error = parseAwsError(status, headers[ERROR_TYPE_HEADER], answer.body);
      const failure = awsFailure(error);
      const used = failure === 'function-error' ? told : {};
      return { ok: false, failure, detail: awsDetail(error, secrets()), ...used, ...times };
    }
    if (status >= 300 && status < 400) return failedAnswer(answer);
    return { ok: false, failure: 'bad-answer', detail: trouble, ...told, ...times };
  };
}
