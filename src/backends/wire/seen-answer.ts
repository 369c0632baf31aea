import type { BackendContext } from '../backend.js';
import type { Result } from './exchange.js';

const EXCERPT_BYTES = 2048;

/** The beginning of a body as text, for anyone who looks at one answer (`BackendContext.onAnswer`). */
export function answerText(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, EXCERPT_BYTES));
}

/** Reports an answer over HTTP where the caller asked to see it; `withoutSecrets` takes out what this client knows to be secret. */
export function showAnswer(
  onAnswer: BackendContext['onAnswer'],
  result: Result,
  withoutSecrets: (text: string) => string = (text) => text,
): void {
  if (onAnswer === undefined || result.kind === 'failure') return;
  const { status, body, bodyBytes } = result;
  onAnswer({ status: String(status), bodyBytes, text: withoutSecrets(answerText(body)) });
}
