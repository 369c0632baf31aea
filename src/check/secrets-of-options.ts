import type { RawOptions } from '../backends/backend.js';

const LEAST_CHARACTERS = 4;
const SECRET = '(secret)';

/**
 * Takes out of a text what the user gave in options that are not public: whole values, and what follows the name or the
 * scheme in them (`authorization: Bearer x`), as they are, percent-decoded and in base64, for a service may echo its request.
 */
export function secretsOfOptions(raw: RawOptions, publicOptions: readonly string[]): (text: string) => string {
  const values = Object.entries(raw).flatMap(([name, value]) => (publicOptions.includes(name) ? [] : [value].flat()));
  const parts = [...new Set(values.flatMap(partsOf))].filter(({ length }) => length >= LEAST_CHARACTERS);
  const longestFirst = parts.sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((rest, part) => rest.replaceAll(part, SECRET), text);
}

function partsOf(value: string): readonly string[] {
  if (URL.canParse(value) && new URL(value).host !== '') return partsOfUrl(new URL(value));
  const words = value.split(/[\s:]+/).slice(1);
  const said = words.length === 0 ? [value] : [value.slice(value.indexOf(':') + 1).trim(), words.at(-1) ?? ''];
  return said.flatMap((part) => [part, base64(part)]);
}

/** Host and path are no secret; user info and the query are. */
function partsOfUrl({ username, password, searchParams, search }: URL): readonly string[] {
  const user = decoded(username);
  const word = decoded(password);
  return [
    password,
    word,
    ...(word === '' ? [] : [base64(`${user}:${word}`)]),
    search.slice(1),
    ...searchParams.values(),
  ];
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
