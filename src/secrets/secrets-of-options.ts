import type { RawOptions } from '../backends/backend.js';
import { percentDecoded } from '../text/percent-decoded.js';
import { secretParts } from './secret-parts.js';

/**
 * What the user gave in options that are not public: whole values and their parts; of a header only its value, of a URL
 * its user info and query.
 */
export function secretsOfOptions(
  raw: RawOptions,
  publicOptions: readonly string[],
  more: readonly string[] = [],
): readonly string[] {
  const values = Object.entries(raw).flatMap(([name, value]) => (publicOptions.includes(name) ? [] : [value].flat()));
  return [...new Set([...values.flatMap(secretsOf), ...more.flatMap(secretsOf)])];
}

function secretsOf(value: string): readonly string[] {
  if (URL.canParse(value) && new URL(value).host !== '') return secretsOfUrl(new URL(value));
  const colon = value.indexOf(':');
  if (colon < 0) return secretParts(value);
  return SAYS_NO_SECRET.test(value.slice(0, colon).trim()) ? [] : secretParts(value.slice(colon + 1));
}

/** A detail that is rid of them says nothing (`unsupported application/json`). */
const SAYS_NO_SECRET = /^(content-type|content-encoding|accept|accept-\w+|user-agent|host)$/i;

/** Host and path are no secret; user info and the query are. */
export function secretsOfUrl({ username, password, search }: URL): readonly string[] {
  const query = search.slice(1);
  const values = query.split('&').map((field) => field.slice(field.indexOf('=') + 1));
  return [
    ...[username, password, `${username}:${password}`].flatMap((text) => [text, percentDecoded(text)]),
    query,
    ...values.flatMap((text) => [...secretParts(text), ...secretParts(percentDecoded(text.replaceAll('+', ' ')))]),
  ];
}
