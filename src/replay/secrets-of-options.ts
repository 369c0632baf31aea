import type { RawOptions } from '../backends/backend.js';
import { printable } from '../errors.js';
import { percentDecoded } from '../percent-decoded.js';

/** Shorter ones stand in any text by chance. */
const LEAST_CHARACTERS = 4;

/**
 * What the user gave in options that are not public: whole values, of a header also what follows the scheme in it
 * (`authorization: Bearer x`), of a URL its user info and query. Each as it is, percent-encoded, in base64 and as JSON has
 * it, for a service may echo its request. The longest come first.
 */
export function secretsOfOptions(
  raw: RawOptions,
  publicOptions: readonly string[],
  more: readonly string[] = [],
): readonly string[] {
  const values = Object.entries(raw).flatMap(([name, value]) => (publicOptions.includes(name) ? [] : [value].flat()));
  return secretForms([...values.flatMap(secretsOf), ...more]);
}

/** Texts in every form in which a service may echo them, the longest first. */
export function secretForms(texts: readonly string[]): readonly string[] {
  const secrets = new Set(texts.flatMap(forms));
  return [...secrets].filter(({ length }) => length >= LEAST_CHARACTERS).sort((a, b) => b.length - a.length);
}

function secretsOf(value: string): readonly string[] {
  if (URL.canParse(value) && new URL(value).host !== '') return secretsOfUrl(new URL(value));
  const colon = value.indexOf(':');
  const said = value.slice(colon + 1).trim();
  // Placeholders are filled in before anyone can echo them.
  const pieces = [said, said.split(/\s+/).at(-1) ?? ''].flatMap((text) => text.split(/\{(?:seq|run|uuid)\}/));
  if (colon < 0) return pieces;
  return SAYS_NO_SECRET.test(value.slice(0, colon).trim()) ? [] : pieces;
}

/** A detail that is rid of them says nothing (`unsupported application/json`). */
const SAYS_NO_SECRET = /^(content-type|content-encoding|accept|accept-\w+|user-agent|host)$/i;

/** Host and path are no secret; user info and the query are. */
function secretsOfUrl({ username, password, searchParams, search }: URL): readonly string[] {
  const [user, word] = [percentDecoded(username), percentDecoded(password)];
  const query = search.slice(1);
  return [
    ...[username, user, password, word],
    ...(user + word === '' ? [] : [base64(`${user}:${word}`)]),
    query,
    ...query.split('&').map((field) => field.slice(field.indexOf('=') + 1)),
    ...searchParams.values(),
  ];
}

function forms(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  return [text, printable(text, Infinity), encodeURIComponent(text.toWellFormed()), json, base64(text)];
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
