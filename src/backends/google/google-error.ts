import { printable } from '../../errors.js';
import { bodyExcerpt } from '../wire/status-outcome.js';

const DETAIL_CHARACTERS = 240;

/**
 * What an error answer says: of Google's form `{"error":{"code","message","status"}}` the status and the message, else the
 * beginning of the body. The body may be cut anywhere, so it is searched, not parsed.
 */
export function googleError(status: number, body: Uint8Array): string {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const what = `status ${String(status)}`;
  if (!text.includes('"error"')) {
    const excerpt = bodyExcerpt(body);
    return excerpt === '' ? what : `${what}: ${excerpt}`;
  }
  const name = /"status"\s*:\s*"([A-Z_]{1,40})"/.exec(text)?.[1] ?? '';
  const message = /"message"\s*:\s*"((?:[^"\\]|\\.)*)/.exec(text)?.[1];
  const said = message === undefined ? bodyExcerpt(body) : unescaped(message);
  return printable(`${what}${name === '' ? '' : ` ${name}`}: ${said}`, DETAIL_CHARACTERS);
}

function unescaped(jsonText: string): string {
  try {
    return JSON.parse(`"${jsonText}"`) as string;
  } catch {
    return jsonText;
  }
}
