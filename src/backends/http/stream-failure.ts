import { messageOf } from '../../errors.js';
import { lossFailure } from '../wire/socket-failure.js';
import type { Http2Stream } from './http2-stream.js';
import { resetFailure } from './reset-failure.js';

/** How a connection ended under its streams. */
export interface ConnectionEnd {
  /** Of the service's GOAWAY; null: there was none. */
  readonly goAwayCode: number | null;
  /** Where the socket says that it ended, and why; undefined: it did not. */
  readonly loss: { readonly error: unknown } | undefined;
  /** It gave a whole answer before. */
  readonly reused: boolean;
  /** It lay open without a request for long, before this one. */
  readonly idled: boolean;
}

/** What it means that a stream closed before its answer was whole. */
export function streamFailure(
  { resetCode, bodyBytes, status, error }: Pick<Http2Stream, 'resetCode' | 'bodyBytes' | 'status' | 'error'>,
  { goAwayCode, loss, reused, idled }: ConnectionEnd,
): ReturnType<typeof lossFailure> {
  const answerBytes = status === 0 ? 0 : Math.max(1, bodyBytes);
  if (resetCode !== null) return resetFailure(resetCode, answerBytes);
  if (goAwayCode !== null && goAwayCode !== 0) return resetFailure(goAwayCode, answerBytes, 'the connection');
  if (loss !== undefined) return lossFailure(loss.error, { reused, idled, answerBytes });
  return { failure: 'bad-answer', detail: `not HTTP/2 as it should be: ${messageOf(error)}` };
}
