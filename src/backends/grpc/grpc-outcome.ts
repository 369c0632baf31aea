import { printable } from '../../errors.js';
import type { Failure } from '../../sample.js';

/** What each status of gRPC means when the service itself gave it (https://grpc.io/docs/guides/status-codes/). */
const FAILURES: readonly Failure[] = [
  'bad-answer', //   0 OK: never a failure of the service's own
  'cut', //          1 CANCELLED: the stream was reset
  'server-error', // 2 UNKNOWN
  'rejected', //     3 INVALID_ARGUMENT
  'server-error', // 4 DEADLINE_EXCEEDED: its own deadline, since we set none
  'rejected', //     5 NOT_FOUND
  'rejected', //     6 ALREADY_EXISTS
  'unauthorized', // 7 PERMISSION_DENIED
  'throttled', //    8 RESOURCE_EXHAUSTED
  'rejected', //     9 FAILED_PRECONDITION
  'server-error', // 10 ABORTED
  'rejected', //     11 OUT_OF_RANGE
  'rejected', //     12 UNIMPLEMENTED
  'server-error', // 13 INTERNAL
  'server-error', // 14 UNAVAILABLE
  'server-error', // 15 DATA_LOSS
  'unauthorized', // 16 UNAUTHENTICATED
];

/**
 * Statuses that the library makes up itself are distinguished by their texts alone; first rule wins. What is not recognised
 * came from the service.
 */
const OWN: readonly (readonly [text: RegExp, failure: Failure])[] = [
  [/\b(EMFILE|ENFILE|EADDRNOTAVAIL|ENOBUFS|ENOMEM)\b/, 'local'],
  [/^No connection established|^Name resolution failed|^Failed to connect|^Waiting for LB/, 'unreachable'],
  [/^Connection dropped|ECONNRESET|ETIMEDOUT|EPIPE|^Write (error|failed)|^Received RST_STREAM/, 'cut'],
  [/^Stream refused by server/, 'server-error'],
  [/^Received HTTP status code 429/, 'throttled'],
  [/^Received HTTP status code 5/, 'server-error'],
  [/^Received message larger than max/, 'bad-answer'],
  [/parsing error|^Failed to (deserialize|decompress)/i, 'bad-answer'],
];

/** What a call came to that ended with this status. */
export function grpcFailure(code: number, details: string): { readonly failure: Failure; readonly detail: string } {
  const own = OWN.find(([text]) => text.test(details))?.[1];
  const name = STATUS_NAMES[code] ?? `status ${String(code)}`;
  return { failure: own ?? FAILURES[code] ?? 'bad-answer', detail: printable(`${name}: ${details}`) };
}

const STATUS_NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];
