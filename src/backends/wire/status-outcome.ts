import { printable } from '../../errors.js';
import type { Failure, Outcome } from '../../sample.js';
import type { Answer, ExchangeTimes, WireFailure } from './exchange.js';

/** What a status that is no success means. */
export function statusFailure(status: number): Failure {
  if (status === 429) return 'throttled';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status >= 500) return 'server-error';
  return status >= 400 ? 'rejected' : 'bad-answer';
}

/** The failed outcome of a complete answer: its status, where it redirects to, and the beginning of its body. */
export function failedAnswer(answer: Answer): Outcome {
  const { status, headers } = answer;
  const what =
    status >= 300 && status < 400
      ? `redirect (${String(status)}) to ${placeOf(headers['location'])}`
      : `status ${String(status)}`;
  const excerpt = bodyExcerpt(answer.body);
  const detail = printable(excerpt === '' ? what : `${what}: ${excerpt}`);
  return { ok: false, failure: statusFailure(status), detail, ...knownTimes(answer) };
}

/** Sign-in pages get tokens in the query, and user info is a password. */
function placeOf(location = 'nowhere'): string {
  return location.replace(/[?#].*$/s, '?…').replace(/^([a-z][a-z0-9+.-]*:)?([/\\]{2,})[^/\\]*@/i, '$1$2');
}

export function failedWire(failure: WireFailure): Outcome {
  return { ok: false, failure: failure.failure, detail: failure.detail, ...knownTimes(failure) };
}

type Times = Pick<Outcome, 'sentMs' | 'doneMs' | 'doneEarliestMs' | 'handshakeMs'>;

/** The times of an exchange as an outcome has them: what is not known is absent. Spreading costs a microsecond more. */
export function knownTimes({ sentMs, doneMs, doneEarliestMs, handshakeMs }: ExchangeTimes): Times {
  const known: { -readonly [K in keyof Times]: Times[K] } = {};
  if (!Number.isNaN(sentMs)) known.sentMs = sentMs;
  if (!Number.isNaN(doneMs)) known.doneMs = doneMs;
  if (!Number.isNaN(doneEarliestMs)) known.doneEarliestMs = doneEarliestMs;
  if (!Number.isNaN(handshakeMs)) known.handshakeMs = handshakeMs;
  return known;
}

const EXCERPT_CHARACTERS = 200;

export function bodyExcerpt(body: Uint8Array): string {
  return printable(new TextDecoder().decode(body.subarray(0, EXCERPT_CHARACTERS * 2)), EXCERPT_CHARACTERS);
}
