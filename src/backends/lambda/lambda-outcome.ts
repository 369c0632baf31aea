import { printable } from '../../errors.js';
import type { Outcome } from '../../sample.js';
import { jsonFields, withoutSecrets } from '../aws/aws-failure.js';
import { createAwsOutcome, ERROR_TYPE_HEADER, type Told, type Verdict } from '../aws/aws-outcome.js';
import type { Answer } from '../wire/exchange.js';
import { handlerReport, REPORT_HEADERS } from '../aws/handler-report.js';
import { bodyExcerpt, knownTimes } from '../wire/status-outcome.js';
import { parseLogTail } from './parse-log-tail.js';

export const LOG_HEADER = 'x-amz-log-result';
export const FUNCTION_ERROR_HEADER = 'x-amz-function-error';
export const REQUEST_ID_HEADER = 'x-amzn-requestid';
export const KEPT_HEADERS = [
  LOG_HEADER,
  FUNCTION_ERROR_HEADER,
  REQUEST_ID_HEADER,
  ERROR_TYPE_HEADER,
  'location',
  ...REPORT_HEADERS,
];

/** What became of an invocation that was answered: a failed function has a status of success. */
export function createLambdaOutcome(verdict: Verdict): (answer: Answer, requestBytes: number) => Outcome {
  const outcomeOf = createAwsOutcome(verdict);
  return (answer, requestBytes) => {
    const { headers, body } = answer;
    const functionError = headers[FUNCTION_ERROR_HEADER];
    const told = toldBy(answer, requestBytes);
    if (functionError === undefined) return outcomeOf(answer, told);
    const detail = functionErrorDetail(functionError, body, verdict.secrets());
    return { ok: false, failure: 'function-error', detail, ...told, ...knownTimes(answer) };
  };
}

/** By the log of an invocation; without one, by the function itself in the headers of its URL. */
function toldBy(answer: Answer, requestBytes: number): Told {
  const logTail = answer.headers[LOG_HEADER];
  const report = logTail === undefined ? undefined : parseLogTail(logTail, answer.headers[REQUEST_ID_HEADER]);
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
