import type { BackendContext } from '../backend.js';
import type { Clock } from '../../clock.js';
import { messageOf } from '../../errors.js';
import { googleTokens, type TokenWish } from './google-credentials.js';
import { googleError } from './google-error.js';
import { type Token, tokenFields, withoutToken } from './google-token.js';
import { PLAIN_CONNECT } from '../wire/connect-options.js';
import { createWire } from '../wire/http1-wire.js';
import { oneAnswer } from '../wire/one-answer.js';
import { type HeaderField, requestBytes } from '../wire/request-bytes.js';

const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** One JSON answer of a control call. Rejects with an Error that says why there is none. */
export async function googleGet(
  url: URL,
  wish: TokenWish | null,
  { clock, hide }: Pick<BackendContext, 'clock' | 'hide'>,
  signal: AbortSignal,
  connect = PLAIN_CONNECT,
): Promise<unknown> {
  const token = wish === null ? NO_TOKEN : await (await googleTokens(wish, process.env))();
  hide?.(token.text);
  return googleGetWith(token, url, clock, signal, connect);
}

/** For services that are sent none. */
export const NO_TOKEN: SentToken = { text: '' };

type SentToken = Pick<Token, 'text' | 'quotaProject'>;

/** The same with a token at hand; an empty one is not sent. */
export async function googleGetWith(
  token: SentToken,
  url: URL,
  clock: Clock,
  signal: AbortSignal,
  connect = PLAIN_CONNECT,
): Promise<unknown> {
  const limits = { bodyBytes: BODY_LIMIT_BYTES };
  const wire = createWire({ url, connect, connections: { initial: 0, max: 1 }, limits, clock });
  const call = {
    onAbort: (listener: () => void): void => {
      signal.addEventListener('abort', listener, { once: true });
      if (signal.aborted) listener();
    },
  };
  try {
    const answer = await oneAnswer(wire, request(url, token), { method: 'GET', collectBody: true }, call);
    if (answer.kind === 'failure') throw new Error(answer.detail);
    if (answer.status !== 200) throw new Error(withoutToken(googleError(answer.status, answer.body), token.text));
    return JSON.parse(Buffer.from(answer.body).toString('utf8'));
  } catch (thrown) {
    throw new Error(messageOf(thrown));
  } finally {
    wire.close();
  }
}

function request(url: URL, { text, quotaProject }: SentToken): Uint8Array {
  const headers: readonly HeaderField[] = [
    ['host', url.host],
    ['user-agent', 'replay'],
    ['accept', 'application/json'],
    ...tokenFields(text, quotaProject),
  ];
  return requestBytes({ method: 'GET', path: url.pathname + url.search, headers, body: null })(0);
}
