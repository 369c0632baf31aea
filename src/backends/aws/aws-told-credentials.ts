import type { KeptCredentials } from './aws-credentials.js';

/** What was found, for `replay check`; lets go of it. */
export function toldCredentials(credentials: KeptCredentials, nowMs = Date.now()): string {
  const expires = credentials.expires();
  credentials.close();
  if (expires === undefined) return 'AWS credentials found';
  const minutes = Math.floor((expires.getTime() - nowMs) / 60_000);
  return `AWS credentials found, good for ${String(minutes)} min and renewed before that`;
}
