import type { Outcome } from '../../sample.js';
import type { Answer, Result } from './exchange.js';
import { type ExpectRule, isExpectedStatus, unexpected } from './expect-rule.js';
import { failedAnswer, failedWire, knownTimes } from './status-outcome.js';

/** What became of a request over HTTP, by what is expected. `failed`: what an answer means whose status is a failure of its own. */
export function answerJudge(
  expect: ExpectRule,
  failed: (answer: Answer) => Outcome = failedAnswer,
): (result: Result) => Outcome {
  return (result) => {
    if (result.kind === 'failure') return failedWire(result);
    const trouble = unexpected(expect, result);
    if (trouble === null) return success(result);
    const isOwnFailure = result.status >= 300 && !isExpectedStatus(expect, result.status);
    return isOwnFailure ? failed(result) : { ok: false, failure: 'bad-answer', detail: trouble, ...knownTimes(result) };
  };
}

/** By name: most answers have these times, and each of its own shape costs a microsecond. */
function success({ sentMs, doneMs, doneEarliestMs, handshakeMs }: Answer): Outcome {
  if (Number.isNaN(handshakeMs)) return { ok: true, sentMs, doneMs, doneEarliestMs };
  return { ok: true, sentMs, doneMs, doneEarliestMs, handshakeMs };
}
