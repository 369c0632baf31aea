import { printable } from '../../errors.js';
import type { Failure } from '../../sample.js';
import { statusFailure } from '../wire/status-outcome.js';

/** An error of a service of AWS, from the wire or from the vendor's client. */
export interface AwsError {
  readonly status: number;
  /** `TooManyRequestsException`; empty where the answer names none. */
  readonly name: string;
  readonly message: string;
  /** Which limit throttled. */
  readonly reason?: string;
  /** What the model's container answered (SageMaker). */
  readonly originalStatus?: number;
  readonly originalMessage?: string;
}

/** Errors that say "slower", whatever their status: the list of the vendor's clients. */
const THROTTLING = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

/** Errors of credentials, signatures and permissions, some of which come as 400. */
const UNAUTHORIZED =
  /^(AccessDenied|AuthFailure|ExpiredToken|IncompleteSignature|InvalidAccessKeyId|InvalidClientTokenId|InvalidSignature|MissingAuthenticationToken|NotAuthorized|OptInRequired|RequestExpired|RequestTimeTooSkewed|SignatureDoesNotMatch|UnrecognizedClient)(Exception)?$/;

export function awsFailure({ status, name }: AwsError): Failure {
  if (status === 429 || THROTTLING.has(name)) return 'throttled';
  if (name === 'ModelError') return 'function-error';
  if (status >= 400 && status < 500 && UNAUTHORIZED.test(name)) return 'unauthorized';
  return statusFailure(status);
}

/** `status 429, TooManyRequestsException, ReservedFunctionConcurrentInvocationLimitExceeded: Rate Exceeded.` */
export function awsDetail(error: AwsError, secrets: readonly string[]): string {
  const { status, name, reason, originalStatus, originalMessage, message } = error;
  const head = [
    `status ${String(status)}`,
    name,
    reason ?? '',
    originalStatus === undefined ? '' : `the model answered ${String(originalStatus)}`,
  ];
  const what = head.filter((part) => part !== '').join(', ');
  const text = withoutSecrets(originalMessage ?? message, secrets).trim();
  return printable(text === '' ? what : `${what}: ${text}`);
}

const TELLING_PREFIX = 16;

/**
 * A text up to where it reveals a secret: a refused signature comes back with the whole request that should have been signed,
 * session token included. A beginning counts, since a kept body may be cut in the middle of one.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const marks = ['The Canonical String', ...secrets.map((secret) => secret.slice(0, TELLING_PREFIX))];
  const ends = marks.filter((mark) => mark !== '').map((mark) => text.indexOf(mark));
  const end = Math.min(...ends.filter((at) => at >= 0), text.length);
  return end === text.length ? text : text.slice(0, end);
}

/** What an answer that is no success says: header, JSON or XML, as the vendor's clients read them; any other text is the message. */
export function parseAwsError(status: number, typeHeader: string | undefined, body: Uint8Array): AwsError {
  const text = new TextDecoder().decode(body);
  const fields = text.trimStart().startsWith('<') ? xmlFields(text) : jsonFields(text);
  const given = typeHeader ?? fields['code'] ?? fields['__type'] ?? '';
  const reason = fields['Reason'];
  const originalStatus = Number(fields['OriginalStatusCode'] ?? NaN);
  const originalMessage = fields['OriginalMessage'];
  return {
    status,
    name: printable(errorName(given), 100),
    message: fields['message'] ?? fields['Message'] ?? fields['errorMessage'] ?? (isEmpty(fields) ? text : ''),
    ...(reason === undefined ? {} : { reason: printable(reason, 100) }),
    ...(Number.isInteger(originalStatus) ? { originalStatus } : {}),
    ...(originalMessage === undefined ? {} : { originalMessage }),
  };
}

/** `aws.lambda#Name:http://...` is `Name`. */
function errorName(given: string): string {
  const name = given.split(/[,:]/, 1)[0] ?? '';
  return name.slice(name.indexOf('#') + 1).trim();
}

type Fields = Readonly<Record<string, string>>;

function isEmpty(fields: Fields): boolean {
  return Object.keys(fields).length === 0;
}

/** The plain fields of an object; of one that was cut, those that are whole. */
export function jsonFields(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? plainFields(value) : {};
  } catch {
    return text.trimStart().startsWith('{') ? cutFields(text) : {};
  }
}

function plainFields(value: object): Fields {
  const fields = Object.entries(value).filter(([, one]) => typeof one === 'string' || typeof one === 'number');
  return Object.fromEntries(fields.map(([name, one]) => [name, String(one)]));
}

function cutFields(text: string): Fields {
  const fields = text.matchAll(/"([A-Za-z_]{1,40})"\s*:\s*(?:"((?:[^"\\]|\\.){0,4000})"?|(\d{1,15}))/g);
  return Object.fromEntries([...fields].map(([, name = '', string, number = '']) => [name, string ?? number]));
}

function xmlFields(text: string): Fields {
  const code = /<Code>([^<]{1,200})<\/Code>/.exec(text)?.[1];
  const message = /<Message>([^<]{0,4000})/i.exec(text)?.[1];
  return { ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) };
}
