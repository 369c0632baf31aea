import { counted } from '../../text/counted.js';
import type { Failure } from '../../sample.js';

/** Codes of RST_STREAM and GOAWAY (RFC 9113, section 7), by their number. */
const NAMES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];

export const REFUSED_STREAM = NAMES.indexOf('REFUSED_STREAM');

/** What it means that the service ended a stream (or `what`) before its answer was whole. */
export function resetFailure(
  code: number,
  answerBytes: number,
  what = 'the stream',
): { readonly failure: Failure; readonly detail: string } {
  const name = NAMES[code] ?? `code ${String(code)}`;
  const when =
    answerBytes > 0 ? `after ${counted(answerBytes, 'byte')} of the answer` : 'before any byte of the answer';
  return { failure: meaningOf(name), detail: `the service ended ${what} with ${name} ${when}` };
}

function meaningOf(name: string): Failure {
  if (name === 'ENHANCE_YOUR_CALM') return 'throttled';
  if (name === 'HTTP_1_1_REQUIRED') return 'rejected';
  return name === 'REFUSED_STREAM' ? 'server-error' : 'cut';
}
