import { printable } from '../../errors.js';
import type { Failure } from '../../sample.js';
import { statusFailure } from '../wire/status-outcome.js';

/** By number: the name, and the HTTP status that Google's interfaces give it (google.rpc.Code). */
const CODES: readonly (readonly [name: string, status: number])[] = [
  ['OK', 200],
  ['CANCELLED', 499],
  ['UNKNOWN', 500],
  ['INVALID_ARGUMENT', 400],
  ['DEADLINE_EXCEEDED', 504],
  ['NOT_FOUND', 404],
  ['ALREADY_EXISTS', 409],
  ['PERMISSION_DENIED', 403],
  ['RESOURCE_EXHAUSTED', 429],
  ['FAILED_PRECONDITION', 400],
  ['ABORTED', 409],
  ['OUT_OF_RANGE', 400],
  ['UNIMPLEMENTED', 501],
  ['INTERNAL', 500],
  ['UNAVAILABLE', 503],
  ['DATA_LOSS', 500],
  ['UNAUTHENTICATED', 401],
];

const DETAIL_CHARACTERS = 240;

/** The same kinds as over REST. grpc-js reports what happened on the wire as statuses too, distinguished by their texts only. */
export function grpcFailure(code: number, said: string): { readonly failure: Failure; readonly detail: string } {
  const [name, status] = CODES[code] ?? ['UNKNOWN', 500];
  const detail = printable(`${name}${said === '' ? '' : `: ${said}`}`, DETAIL_CHARACTERS);
  return { failure: ofWire(name, said) ?? (name === 'DEADLINE_EXCEEDED' ? 'timeout' : statusFailure(status)), detail };
}

function ofWire(name: string, said: string): Failure | undefined {
  if (/^(No connection established|Name resolution failed)/.test(said)) return 'unreachable';
  if (/^(Response message parsing error|Failed to decompress|Received message|No message received)/.test(said)) {
    return 'bad-answer';
  }
  const isLoss = /^(Connection dropped|read ECONNRESET|Received RST_STREAM|No status information)/.test(said);
  return isLoss && (name === 'UNAVAILABLE' || name === 'INTERNAL' || name === 'UNKNOWN') ? 'cut' : undefined;
}
