/** Characters [from, to) of a text. */
export type Found = (from: number, to: number) => void;

/** Takes what was decoded, folded, and how its places are those of the text. */
type Take = (decoded: string, foundIn: (found: Found) => Found) => void;

/** Where a text that is longer than it may be was cut. */
export const CUT = '…';

/** Letters of ASCII as small ones; nothing else, so that places stay. */
export function fold(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** 4 bytes take 6 characters. */
const BASE64 = /[A-Za-z0-9+/_-]{6,}/g;
/** What each character of ASCII stands for, in both alphabets. */
const SIX_BITS = sixBits();

/**
 * What looks like base64, as bytes: from each of the four places where a group may begin. Every longer word looks like it, so
 * only what `mayHold` accepts becomes a text.
 */
export function decodedBase64(text: string, mayHold: (bytes: Uint8Array) => boolean, take: Take): void {
  for (const { 0: run, index } of text.matchAll(BASE64)) {
    const room = new Uint8Array(run.length);
    for (let shift = 0; shift < 4; shift++) {
      const bytes = room.subarray(0, decodeBase64(run, shift, room));
      if (!mayHold(bytes)) continue;
      const begin = index + shift;
      const end = index + run.length;
      take(Buffer.from(bytes).toString('latin1'), (found) => (from, to) => {
        found(begin + Math.floor((from * 4) / 3), Math.min(end, begin + Math.ceil((to * 4) / 3)));
      });
    }
  }
}

/** Folded; returns how many bytes there are. */
function decodeBase64(run: string, shift: number, bytes: Uint8Array): number {
  let [held, bits, count] = [0, 0, 0];
  for (let i = shift; i < run.length; i++) {
    held = ((held << 6) | (SIX_BITS[run.charCodeAt(i)] as number)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    const byte = (held >> bits) & 0xff;
    bytes[count++] = byte >= 65 && byte <= 90 ? byte + 32 : byte;
  }
  return count;
}

function sixBits(): Uint8Array {
  const table = new Uint8Array(128);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let i = 0; i < letters.length; i++) table[letters.charCodeAt(i)] = i;
  table['-'.charCodeAt(0)] = 62;
  table['_'.charCodeAt(0)] = 63;
  return table;
}

const HEX = /(?:[0-9a-f]{2}[ :-]?){4,}[0-9a-f]?/gi;

/** What looks like bytes in hexadecimal digits, from each of the two places where a byte may begin. */
export function decodedHex(text: string, take: Take): void {
  for (const { 0: run, index } of text.matchAll(HEX)) {
    const places = [...run.matchAll(/[0-9a-f]/gi)].map((digit) => index + digit.index);
    const digits = run.replace(/[ :-]/g, '');
    for (let shift = 0; shift < 2; shift++) {
      take(fold(Buffer.from(digits.slice(shift), 'hex').toString('latin1')), (found) => (from, to) => {
        found(places[shift + 2 * from] as number, (places[shift + 2 * to - 1] as number) + 1);
      });
    }
  }
}

/** A text without its escapes, and where each of its characters begins and ends in the text before. */
export interface Unescaped {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** The last but one is an escape that was cut within. */
const ESCAPE =
  /%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|&#x0*([0-9a-f]{1,4});|&#0*(\d{1,5});|&([a-z]{2,6});|[%\\&][#ux]{0,2}[0-9a-z]{0,5}(?=…|$)|\\(.)/gi;

const NAMED: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", sol: '/', bsol: '\\', equals: '=', plus: '+', colon: ':' },
  ...{ semi: ';', comma: ',', period: '.', commat: '@', excl: '!', num: '#', dollar: '$', percnt: '%', lowbar: '_' },
  ...{ quest: '?', ast: '*', lpar: '(', rpar: ')', hat: '^', verbar: '|', vert: '|', lsqb: '[', rsqb: ']', lcub: '{' },
  ...{ rcub: '}', grave: '`' },
};
const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Undoes one layer of the escapes of URLs (as bytes), JSON and HTML; undefined where there are none. */
export function unescaped(text: string): Unescaped | undefined {
  if (!/[%&\\]/.test(text)) return undefined;
  const [starts, ends]: [number[], number[]] = [[], []];
  let [plain, at] = ['', 0];
  const add = (piece: string, from: number, to: number): void => {
    for (let i = 0; i < piece.length; i++) {
      starts.push(to - from === piece.length ? from + i : from);
      ends.push(to - from === piece.length ? from + i + 1 : to);
    }
    plain += piece;
  };
  for (const escape of text.matchAll(ESCAPE)) {
    const meant = meaningOf(escape);
    if (meant === undefined) continue;
    add(text.slice(at, escape.index), at, escape.index);
    at = escape.index + escape[0].length;
    add(meant, escape.index, at);
  }
  if (at === 0) return undefined;
  add(text.slice(at), at, text.length);
  return { text: plain, starts, ends };
}

function meaningOf([, percent, wide, byte, hex, decimal, name, single]: RegExpExecArray): string | undefined {
  const code = percent ?? wide ?? byte ?? hex;
  if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
  if (decimal !== undefined) return String.fromCharCode(Number(decimal));
  if (single !== undefined) return CONTROLS[single] ?? single;
  return name === undefined ? CUT : NAMED[name.toLowerCase()];
}
