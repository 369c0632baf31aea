import { createHash } from 'node:crypto';
import type { RawOptions } from '../backends/backend.js';

/** Headers and query fields that carry credentials, which are renewed without another request being made. */
const CREDENTIAL = /auth|token|key|secret|cookie|pass|cred|session|sign|sig\b|jwt/i;

/**
 * Distinguishes requests by what `run.json` redacts: the query of a URL and the values of headers, without those that look
 * like credentials. A hash (hex); null: there is nothing of it.
 */
export function requestIdentity({ url, header }: RawOptions): string | null {
  const parts = [...[url ?? []].flat().flatMap(queryFields), ...[header ?? []].flat().map(headerFields)]; // prettier-ignore
  const kept = parts.filter(([name]) => !CREDENTIAL.test(name));
  return kept.length === 0 ? null : createHash('sha256').update(JSON.stringify(kept)).digest('hex');
}

type Field = readonly [name: string, value: string];

function queryFields(url: string): Field[] {
  return URL.canParse(url) ? [...new URL(url).searchParams] : [];
}

function headerFields(header: string): Field {
  const colon = header.indexOf(':');
  return [header.slice(0, Math.max(0, colon)).trim().toLowerCase(), header.slice(colon + 1).trim()];
}
