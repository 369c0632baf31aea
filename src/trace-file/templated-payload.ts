import { filled, isPlaceholder, type OwnPlaceholder, parseTemplate, unknownPlaceholder } from '../text/template.js';
import { isUserError } from '../errors.js';
import type { Payload } from '../trace.js';
import type { Fault } from './fault.js';

type BytesPayload = Payload & { readonly kind: 'bytes' };

const EXAMPLES: Readonly<Record<OwnPlaceholder, string>> = {
  seq: '0',
  run: 'run',
  uuid: '00000000-0000-4000-8000-000000000000',
};

/**
 * A body whose placeholders are to be filled in for each request; one without any as it is sent, its escapes undone. Bytes that
 * are no text stay as they are. Throws the error of `fault` where what is filled in would be no JSON although it is meant as such.
 */
export function templatedPayload(payload: BytesPayload, fault: Fault, columns: readonly string[] = []): BytesPayload {
  if (!isText(payload.contentType)) return payload;
  const text = Buffer.from(payload.bytes).toString('latin1');
  const template = checked(() => parseTemplate(text, columns), fault);
  checkMeantJson(text, columns, fault);
  if (template.placeholders.length > 0) return { ...payload, template: true };
  const bytes = Buffer.from(
    filled(template, () => ''),
    'latin1',
  );
  return bytes.length === payload.bytes.length ? payload : { ...payload, bytes: Uint8Array.from(bytes) };
}

/** The text with an example in each of its places. */
export function exampleOf(text: string, columns: readonly string[] = []): string {
  return filled(parseTemplate(text, columns), (name) => (isPlaceholder(name) ? EXAMPLES[name] : '0'));
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** An error of the user's gets the place of `fault`. */
function checked<T>(work: () => T, fault: Fault): T {
  try {
    return work();
  } catch (thrown) {
    throw isUserError(thrown) ? fault(thrown.message) : thrown;
  }
}

function isText(contentType: string): boolean {
  return /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|x-www-form-urlencoded|x-ndjson)\b)/i.test(contentType);
}

/**
 * A name in braces where JSON has a value: `{"id": {foo}}` is no JSON as it is, and is JSON with a number in that place. Filled
 * in, `{seq}` is a number, a column is a value, and all else has to stand in double quotes.
 */
function checkMeantJson(text: string, columns: readonly string[], fault: Fault): void {
  if (isJson(exampleOf(text, columns))) return;
  const place = /(?<!\{)\{([A-Za-z_][\w-]{0,63})\}/g;
  if (text.trim().replace(place, '') === '' || !isJson(text.replace(place, '0'))) return;
  const names = [...text.matchAll(place)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'seq' && !columns.includes(name));
  const unknown = names.find((name) => name !== 'run' && name !== 'uuid');
  if (unknown !== undefined) throw fault(unknownPlaceholder(unknown, columns));
  if (names.length === 0) return;
  throw fault(`{${names[0] ?? ''}} is no number; put it in double quotes, or the body is no JSON`);
}
