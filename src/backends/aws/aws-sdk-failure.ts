import type { Clock } from '../../clock.js';
import type { Outcome } from '../../sample.js';
import { awsDetail, type AwsError, awsFailure } from './aws-failure.js';
import { GIVEN_UP } from '../wire/exchange.js';
import { codeOf, dialFailure, lossFailure } from '../wire/socket-failure.js';

/** What the vendor's client threw, as an outcome. It gives neither when it sent nor which connection it used. */
export function sdkFailure(thrown: unknown, clock: Clock, secrets: readonly string[]): Outcome {
  const doneMs = clock.now();
  const status = statusOf(thrown);
  if (nameOf(thrown) === 'AbortError') return { ok: false, ...GIVEN_UP, doneMs };
  if (status === undefined) return { ok: false, ...connectionFailure(thrown), doneMs };
  const error = awsErrorOf(thrown, status);
  return { ok: false, failure: awsFailure(error), detail: awsDetail(error, secrets), doneMs };
}

function connectionFailure(thrown: unknown) {
  const code = codeOf(thrown);
  const isLost = code === 'ECONNRESET' || code === 'EPIPE';
  return isLost ? lossFailure(thrown, { reused: false, answerBytes: 0 }) : dialFailure(thrown);
}

const NAMELESS = ['SyntaxError', 'Unknown', 'UnknownError'];

function awsErrorOf(thrown: unknown, status: number): AwsError {
  const reason = textOf(thrown, 'Reason');
  const originalMessage = textOf(thrown, 'OriginalMessage');
  const originalStatus = valueOf(thrown, 'OriginalStatusCode');
  // A body in no form it knows is a SyntaxError there; an answer without a name is called Unknown or UnknownError.
  const name = nameOf(thrown);
  const isNameless = [name, textOf(thrown, 'message') ?? ''].some((text) => NAMELESS.includes(text));
  return {
    status,
    name: isNameless ? '' : name,
    message: isNameless ? '' : (textOf(thrown, 'message') ?? ''),
    ...(reason === undefined ? {} : { reason }),
    ...(typeof originalStatus === 'number' ? { originalStatus } : {}),
    ...(originalMessage === undefined ? {} : { originalMessage }),
  };
}

/** Undefined when no answer came. */
function statusOf(thrown: unknown): number | undefined {
  const metadata = valueOf(thrown, '$metadata');
  const status = valueOf(metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

function nameOf(thrown: unknown): string {
  return textOf(thrown, 'name') ?? '';
}

function textOf(value: unknown, key: string): string | undefined {
  const found = valueOf(value, key);
  return typeof found === 'string' ? found : undefined;
}

function valueOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
