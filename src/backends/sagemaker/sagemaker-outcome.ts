import type { Outcome } from '../../sample.js';
import { createAwsOutcome, ERROR_TYPE_HEADER, type Verdict } from '../aws/aws-outcome.js';
import type { Answer } from '../wire/exchange.js';

export const KEPT_HEADERS = [ERROR_TYPE_HEADER, 'location'];

/** What became of an invocation that was answered. */
export function createSageMakerOutcome(verdict: Verdict): (answer: Answer, requestBytes: number) => Outcome {
  const outcomeOf = createAwsOutcome(verdict);
  return (answer, requestBytes) => outcomeOf(answer, { usage: { requestBytes, answerBytes: answer.bodyBytes } });
}
