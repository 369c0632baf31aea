import type { KeptCredentials } from './aws-credentials.js';

/** What no detail may tell. */
export function secretsOf(credentials: KeptCredentials | null): readonly string[] {
  if (credentials === null) return [];
  const { secretAccessKey, sessionToken } = credentials.current();
  return sessionToken === undefined ? [secretAccessKey] : [secretAccessKey, sessionToken];
}
