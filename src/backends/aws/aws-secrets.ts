import type { KeptCredentials } from './aws-credentials.js';
import { withoutSecrets } from './aws-failure.js';

/** What no detail may tell. */
export function secretsOf(credentials: KeptCredentials | null): readonly string[] {
  if (credentials === null) return [];
  const { secretAccessKey, sessionToken } = credentials.current();
  return sessionToken === undefined ? [secretAccessKey] : [secretAccessKey, sessionToken];
}

/** The text of an answer without them, and without the signature, which others could use for minutes. */
export function shownAnswer(text: string, secrets: readonly string[]): string {
  return withoutSecrets(text, secrets).replace(/Signature=[0-9a-f]+/g, 'Signature=(secret)');
}
