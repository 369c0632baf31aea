import { printable } from '../../errors.js';
import type { ColdStart, Outcome, Usage } from '../../sample.js';
import { awsDetail, awsFailure, jsonFields, parseAwsError, withoutSecrets } from '../shared/aws-failure.js';
import type { Answer } from '../shared/exchange.js';
import { handlerReport, REPORT_HEADERS } from '../shared/handler-report.js';
import { type ExpectRule, unexpected } from '../shared/expect-rule.js';
import { bodyExcerpt, failedAnswer, knownTimes } from '../shared/status-outcome.js';
import { parseLogTail } from './parse-log-tail.js';

export const LOG_HEADER = 'x-amz-log-result';
export const FUNCTION_ERROR_HEADER = 'x-amz-function-error';
const ERROR_TYPE_HEADER = 'x-amzn-errortype';
export const KEPT_HEADERS = [LOG_HEADER, FUNCTION_ERROR_HEADER, ERROR_TYPE_HEADER, 'location', ...REPORT_HEADERS];

/** What an answer says, however it was got. */
export interface Verdict {
  readonly expect: ExpectRule;
  /** What no detail may tell. */
  readonly secrets: () => readonly string[];
}

/** What became of an invocation that was answered. */
export function createLambdaOutcome({ expect, secrets }: Verdict): (answer: Answer, requestBytes: number) => Outcome {
  const needle = expect.bodyHolds === null ? null : Buffer.from(expect.bodyHolds, 'utf8');
  return (answer, requestBytes) => {
    const { status, headers } = answer;
    const functionError = headers[FUNCTION_ERROR_HEADER];
    const told = toldBy(answer, requestBytes);
    const rest = { ...told, ...knownTimes(answer) };
    if (functionError !== undefined) {
      const detail = functionErrorDetail(functionError, answer.body, secrets());
      return { ok: false, failure: 'function-error', detail, ...rest };
    }
    const trouble = unexpected(expect, needle, answer);
    if (trouble === null) return { ok: true, ...rest };
    if (status >= 400 && (status < expect.leastStatus || status > expect.mostStatus)) {
      const error = parseAwsError(status, headers[ERROR_TYPE_HEADER], answer.body);
      // The service turned it away: nothing ran.
      return { ok: false, failure: awsFailure(error), detail: awsDetail(error, secrets()), ...knownTimes(answer) };
    }
    if (status >= 300 && status < 400) return failedAnswer(answer);
    return { ok: false, failure: 'bad-answer', detail: trouble, ...rest };
  };
}

interface Told {
  readonly usage: Usage;
  readonly coldStart: ColdStart;
  readonly serverMs?: number;
}

/** By the log of an invocation; without one, by the function itself in the headers of its URL. */
function toldBy(answer: Answer, requestBytes: number): Told {
  const logTail = answer.headers[LOG_HEADER];
  const report = logTail === undefined ? undefined : parseLogTail(logTail);
  const answerBytes = answer.bodyBytes;
  if (report === undefined) {
    const { usage, ...told } = handlerReport(answer);
    return { coldStart: 'unknown', ...told, usage: { ...usage, requestBytes, answerBytes } };
  }
  const usage = { ...report.usage, requestBytes, answerBytes };
  const { durationMs } = report.usage;
  const coldStart = report.cold ? 'cold' : 'warm';
  return durationMs === undefined ? { usage, coldStart } : { usage, coldStart, serverMs: durationMs };
}

/** `Unhandled: TypeError: x is not a function`. */
function functionErrorDetail(kind: string, body: Uint8Array, secrets: readonly string[]): string {
  const { errorType, errorMessage } = jsonFields(new TextDecoder().decode(body)) as Partial<Record<string, string>>;
  const what = [errorType, errorMessage].filter((part) => part !== undefined && part !== '').join(': ');
  return printable(withoutSecrets(`${kind}: ${what === '' ? bodyExcerpt(body) : what}`, secrets));
}
