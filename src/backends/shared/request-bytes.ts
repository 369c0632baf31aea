import { printable, UserError } from '../../errors.js';

export type HeaderField = readonly [name: string, value: string];

export interface RequestParts {
  readonly method: string;
  /** Path and query as they go on the wire. */
  readonly target: string;
  /** In this order. `{seq}` in a value stands for the request's index in the trace. */
  readonly headers: readonly HeaderField[];
  readonly body?: Uint8Array;
}

const SEQ = '{seq}';

/**
 * One whole HTTP/1.1 request, ready to write in one piece: the same bytes every time, or, where a header names `{seq}`, a
 * copy with the number in its place. Throws `UserError` when a part could be read as something else (line ends in a header).
 */
export function requestBytes(parts: RequestParts): (seq: number) => Uint8Array {
  checkMethod(parts.method);
  checkTarget(parts.target);
  for (const field of parts.headers) checkHeaderField(field);
  const fields = parts.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const pieces = `${parts.method} ${parts.target} HTTP/1.1\r\n${fields}\r\n`
    .split(SEQ)
    .map((text) => Buffer.from(text, 'latin1'));
  const tail = Buffer.concat([pieces.pop() ?? Buffer.alloc(0), parts.body ?? Buffer.alloc(0)]);
  if (pieces.length === 0) return () => tail;
  const fixed = pieces.reduce((sum, piece) => sum + piece.length, tail.length);
  return (seq) => patched(pieces, tail, fixed, seq);
}

/** A copy for each request: the previous one may still be on its way out. `fixed`: bytes of all pieces and the tail. */
function patched(pieces: readonly Buffer[], tail: Buffer, fixed: number, seq: number): Uint8Array {
  const digits = decimalDigits(seq);
  const bytes = Buffer.allocUnsafe(fixed + pieces.length * digits);
  let at = 0;
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] as Buffer;
    bytes.set(piece, at);
    at += piece.length + digits;
    writeDecimal(bytes, at, seq);
  }
  bytes.set(tail, at);
  return bytes;
}

function decimalDigits(whole: number): number {
  let digits = 1;
  for (let power = 10; power <= whole; power *= 10) digits++;
  return digits;
}

/**
 * The digits of a whole number, so that they end before `end`. No text is made: V8 keeps those of numbers in a cache, which
 * each collection of garbage then has to move.
 */
function writeDecimal(bytes: Uint8Array, end: number, whole: number): void {
  let rest = whole;
  let at = end;
  do {
    const tenth = Math.floor(rest / 10);
    bytes[--at] = ZERO + rest - 10 * tenth;
    rest = tenth;
  } while (rest > 0);
}

const ZERO = 48;

export function checkMethod(method: string): void {
  if (!/^[A-Z][A-Z-]{0,31}$/.test(method))
    throw new UserError(`method ${printable(method, 40)}: give an HTTP method such as GET or POST`);
  if (method === 'CONNECT')
    throw new UserError('method CONNECT asks for a tunnel, which is no request to measure; give another');
}

function checkTarget(target: string): void {
  if (!/^\/[\x21-\x7e]*$/.test(target))
    throw new UserError(`path ${printable(target, 80)}: give one that begins with / and is percent-encoded`);
}

/** Throws `UserError` unless the field is one line: a token, and text of printable Latin-1 characters. */
export function checkHeaderField([name, value]: HeaderField): void {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    throw new UserError(`header ${printable(name, 60)}: give a name of letters, digits and dashes`);
  }
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw new UserError(`header ${name}: its value holds a line end or a character outside Latin-1; remove it`);
  }
}
