/** How a service writes a text that it echoes. */
export interface EchoForm {
  readonly name: string;
  readonly write: (text: string) => string;
}

const each = (text: string, write: (character: string) => string): string => [...text].map(write).join('');
const bytes = (text: string, write: (byte: string) => string): string =>
  [...Buffer.from(text, 'utf8')].map((byte) => write(byte.toString(16).padStart(2, '0'))).join('');
const code = (character: string): number => character.charCodeAt(0);
const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Of these a service may put several on top of each other. */
export const ESCAPES: readonly EchoForm[] = [
  { name: 'URL', write: (text) => encodeURIComponent(text) },
  { name: 'URL, small digits', write: (text) => encodeURIComponent(text).replace(/%../g, (one) => one.toLowerCase()) },
  { name: 'URL, every byte', write: (text) => bytes(text, (byte) => `%${byte.toUpperCase()}`) },
  { name: 'form', write: (text) => new URLSearchParams([['', text]]).toString().slice(1) },
  { name: 'HTML', write: (text) => each(text, (one) => NAMED[one] ?? one) },
  { name: 'HTML, decimal', write: (text) => each(text, (one) => `&#${String(code(one))};`) },
  { name: 'HTML, hexadecimal', write: (text) => each(text, (one) => `&#x${code(one).toString(16)};`) },
  { name: 'JSON', write: (text) => JSON.stringify(text).slice(1, -1) },
  { name: 'JSON, slashes', write: (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/') },
  {
    name: 'JSON, every character',
    write: (text) => each(text, (one) => `\\u${code(one).toString(16).padStart(4, '0')}`),
  },
];

export const ECHO_FORMS: readonly EchoForm[] = [
  { name: 'as it is', write: (text) => text },
  { name: 'large letters', write: (text) => text.replace(/[a-z]+/g, (one) => one.toUpperCase()) },
  { name: 'small letters', write: (text) => text.replace(/[A-Z]+/g, (one) => one.toLowerCase()) },
  ...ESCAPES,
  ...['', 'a', 'ab'].map((before) => ({
    name: `base64 behind ${String(before.length)} bytes`,
    write: (text: string) => Buffer.from(`${before}${text}-`, 'utf8').toString('base64'),
  })),
  { name: 'base64url', write: (text) => Buffer.from(`{"key":"${text}"}`, 'utf8').toString('base64url') },
  { name: 'hex', write: (text) => bytes(text, (byte) => byte) },
  { name: 'hex, large digits', write: (text) => bytes(text, (byte) => byte.toUpperCase()) },
  { name: 'hex with colons', write: (text) => bytes(text, (byte) => `${byte}:`).slice(0, -1) },
  { name: 'hex in strings', write: (text) => bytes(text, (byte) => `\\x${byte}`) },
];

/** What none of the forms of a secret may leave in a text: the secret, when everything that can be decoded is. */
export function tells(text: string, secret: string): boolean {
  const small = secret.toLowerCase();
  return views(text, 3).some((view) => view.toLowerCase().includes(small));
}

function views(text: string, layers: number): string[] {
  const found = [text];
  for (let shift = 0; shift < 4; shift++)
    for (const [run] of text.matchAll(/[\w+/-]{8,}/g)) found.push(Buffer.from(run.slice(shift), 'base64').toString());
  const digits = text.replace(/[:]|\\x/g, '');
  for (const [run] of digits.matchAll(/[0-9a-f]{8,}/gi))
    for (const shift of [0, 1]) found.push(Buffer.from(run.slice(shift), 'hex').toString());
  if (layers === 0) return found;
  const inner = text
    .replace(/(%[0-9a-f]{2})+/gi, (one) => Buffer.from(one.replaceAll('%', ''), 'hex').toString())
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/\\(["\\/])/g, '$1')
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, decimal: string) => String.fromCharCode(Number(decimal)))
    .replace(/&(amp|lt|gt|quot);/g, (one) => ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' })[one] ?? one);
  return inner === text ? found : [...found, ...views(inner, layers - 1)];
}
