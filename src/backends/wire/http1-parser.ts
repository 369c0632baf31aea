import type { BodyReader, KeptHeaders, OpenBody } from './body-reader.js';

export type { KeptHeaders };

/** Limits of one answer, bytes. */
export interface ParserLimits {
  /** Status lines, header fields, trailers and chunk extensions together, interim (1xx) heads included. Default 64 KiB. */
  readonly headBytes?: number;
  /** Default 64 MiB. */
  readonly bodyBytes?: number;
}

export interface ParserOptions extends ParserLimits {
  /** Lower-case names of header fields whose values are kept. */
  readonly keepHeaders?: readonly string[];
  /** How much of a failed answer's body is kept although bodies are not collected. Default 512 bytes. */
  readonly excerptBytes?: number;
  /** One of `keepHeaders`: an answer that has it failed, whatever its status. */
  readonly failureHeader?: string;
}

/** An answer that is not 2xx keeps this much of its body even when bodies are not collected: people need to read it. */
export const EXCERPT_BYTES = 512;

const HEAD_BYTES = 64 * 1024;
const BODY_BYTES = 64 * 1024 * 1024;
const MAX_CHUNK_DIGITS = 12;

const EMPTY = new Uint8Array(0);
const NO_HEADERS: KeptHeaders = Object.freeze({});

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const COMMA = 44;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const SEMICOLON = 59;

const enum At {
  Idle,
  StatusLine,
  Fields,
  Length,
  UntilClose,
  ChunkSize,
  ChunkData,
  ChunkEnd,
  Trailers,
  Complete,
  Failed,
}

/**
 * One HTTP/1.1 answer after another (RFC 9112), strictly, from bytes in whatever pieces they come: the result does not
 * depend on the pieces. Nothing is allocated for an answer whose body and headers are not kept. One instance per
 * connection; `start` before each answer, then `feed` until `complete` or `problem`.
 *
 * Refused, because two readers could understand them differently: bare LF, folded lines, a second Content-Length,
 * Content-Length beside Transfer-Encoding, any coding but a single `chunked`, control characters, whitespace before a colon.
 */
export class Http1Parser {
  /** 100 to 599; 0 before it is known. Interim answers (1xx) are skipped and never seen here. */
  status = 0;
  /** Body bytes so far, framing not counted. */
  bodyBytes = 0;
  /** Whether the server lets the connection live after this answer. */
  keepAlive = false;
  /** The server's `Keep-Alive: timeout=`, s; -1 when it names none. */
  keepAliveSeconds = -1;
  /** What is wrong with the answer, for people; null while nothing is. */
  problem: string | null = null;
  /** What `openBody` made for this answer; it has read the body so far. */
  reader: BodyReader | undefined;

  readonly #headLimit: number;
  readonly #bodyLimit: number;
  readonly #excerptLimit: number;
  readonly #failureHeader: string | undefined;
  readonly #keep: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  #at = At.Idle;
  #isHead = false;
  #collects = false;
  #openBody: OpenBody | undefined;
  #headBytes = 0;
  #remaining = 0;
  #minor = 1;
  #contentLength = -1;
  #chunked = false;
  #says: 'nothing' | 'close' | 'keep-alive' = 'nothing';
  #headers: Record<string, string> | undefined;
  #body: Uint8Array = EMPTY;
  #bodyHeld = 0;
  /** The beginning of a line whose end has not come yet. */
  #line: Uint8Array = EMPTY;
  #lineHeld = 0;

  constructor(options: ParserOptions = {}) {
    this.#headLimit = options.headBytes ?? HEAD_BYTES;
    this.#bodyLimit = options.bodyBytes ?? BODY_BYTES;
    this.#excerptLimit = options.excerptBytes ?? EXCERPT_BYTES;
    this.#failureHeader = options.failureHeader;
    this.#keep = (options.keepHeaders ?? []).map((name) => ({ name, bytes: Buffer.from(name, 'latin1') }));
  }

  get complete(): boolean {
    return this.#at === At.Complete;
  }

  /** The kept headers that came, by lower-case name; repeated ones joined by a comma. */
  get headers(): KeptHeaders {
    return this.#headers ?? NO_HEADERS;
  }

  /** Expects a new answer. `method` is that of the request: an answer to HEAD has no body. */
  start(method: string, collectBody: boolean, openBody?: OpenBody): void {
    this.#isHead = method === 'HEAD';
    this.#collects = collectBody;
    this.#openBody = openBody;
    this.reader = undefined;
    this.#headBytes = 0;
    this.#body = EMPTY;
    this.#bodyHeld = 0;
    this.#lineHeld = 0;
    this.bodyBytes = 0;
    this.problem = null;
    this.#startHead();
  }

  /**
   * Reads `bytes[from, to)`. Returns where the answer ended within them, or `to`. After `complete` what is left belongs to
   * no answer. Keeps no reference to `bytes`.
   */
  feed(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to && this.#at < At.Complete) at = this.#read(bytes, at, to);
    return at;
  }

  /** The server closed its side. True when that completes the answer (a body that lasts until the close). */
  end(): boolean {
    if (this.#at === At.UntilClose) this.#at = At.Complete;
    return this.#at === At.Complete;
  }

  /** What was kept of the body: all of it where it is collected, else the first bytes of an answer that is not 2xx. Yours to keep. */
  body(): Uint8Array {
    return this.#bodyHeld === 0 ? EMPTY : this.#body.subarray(0, this.#bodyHeld);
  }

  #read(bytes: Uint8Array, from: number, to: number): number {
    if (this.#at === At.Length || this.#at === At.ChunkData) return this.#readData(bytes, from, to);
    return this.#at === At.UntilClose ? this.#readRest(bytes, from, to) : this.#readLine(bytes, from, to);
  }

  #startHead(): void {
    this.#at = At.StatusLine;
    this.status = 0;
    this.keepAlive = false;
    this.keepAliveSeconds = -1;
    this.#contentLength = -1;
    this.#chunked = false;
    this.#says = 'nothing';
    this.#headers = undefined;
  }

  #fail(problem: string): void {
    this.#at = At.Failed;
    this.problem = problem;
    this.keepAlive = false;
  }

  /** Up to the end of one line; a line cut by the end of the piece is kept until the rest comes. */
  #readLine(bytes: Uint8Array, from: number, to: number): number {
    let end = from;
    let controls = 0;
    for (; end < to && bytes[end] !== LF; end++) if (isControl(bytes[end] as number)) controls++;
    const isWhole = end < to;
    const next = isWhole ? end + 1 : to;
    const budget = this.#headLimit - this.#headBytes;
    if (next - from > budget) {
      this.#fail(`head over ${String(this.#headLimit)} bytes`);
      return from + budget;
    }
    this.#headBytes += next - from;
    if (isWhole && this.#lineHeld === 0) this.#checkLine(bytes, from, end, controls);
    else {
      this.#hold(bytes, from, next);
      if (!isWhole) return next;
      const held = this.#lineHeld;
      this.#lineHeld = 0;
      this.#checkLine(this.#line, 0, held - 1, countControls(this.#line, held - 1));
    }
    return next;
  }

  #hold(bytes: Uint8Array, from: number, to: number): void {
    const needed = this.#lineHeld + to - from;
    if (needed > this.#line.length) {
      const larger = new Uint8Array(Math.max(256, needed * 2));
      larger.set(this.#line.subarray(0, this.#lineHeld));
      this.#line = larger;
    }
    this.#line.set(bytes.subarray(from, to), this.#lineHeld);
    this.#lineHeld = needed;
  }

  /** `bytes[lf]` is the line feed; `controls`: how many control characters stand before it. */
  #checkLine(bytes: Uint8Array, from: number, lf: number, controls: number): void {
    const end = lf - 1;
    if (end < from || bytes[end] !== CR) this.#fail('a line ends in a bare line feed');
    else if (controls > 1) this.#fail('control character in the head');
    else this.#takeLine(bytes, from, end);
  }

  #takeLine(bytes: Uint8Array, from: number, end: number): void {
    switch (this.#at) {
      case At.StatusLine:
        this.#takeStatus(bytes, from, end);
        return;
      case At.Fields:
        if (from === end) this.#takeHeadEnd();
        else this.#takeField(bytes, from, end);
        return;
      case At.ChunkSize:
        this.#takeChunkSize(bytes, from, end);
        return;
      case At.ChunkEnd:
        // The line end after a chunk is framing, not head.
        this.#headBytes -= 2;
        if (from === end) this.#at = At.ChunkSize;
        else this.#fail('a chunk is longer than its size says');
        return;
      default:
        if (from === end) this.#at = At.Complete;
        else this.#fieldColon(bytes, from, end);
    }
  }

  /** `HTTP/1.1 200 OK`; the reason may be missing. */
  #takeStatus(bytes: Uint8Array, from: number, end: number): void {
    const status = this.#statusOf(bytes, from, end);
    if (status === 0) this.#fail('no HTTP/1 status line');
    else if (status < 100 || status > 599) this.#fail(`status ${String(status)} is outside 100 to 599`);
    else if (status === 101) this.#fail('switches to a protocol that was not asked for (101)');
    else {
      this.status = status;
      this.#at = At.Fields;
    }
  }

  #statusOf(bytes: Uint8Array, from: number, end: number): number {
    const length = end - from;
    if (length < 12 || (length > 12 && bytes[from + 12] !== SPACE)) return 0;
    for (let i = 0; i < 7; i++) if (bytes[from + i] !== HTTP_1[i]) return 0;
    const minor = (bytes[from + 7] as number) - ZERO;
    if ((minor !== 0 && minor !== 1) || bytes[from + 8] !== SPACE) return 0;
    this.#minor = minor;
    const code = decimalAt(bytes, from + 9, from + 12);
    return code < 0 ? 0 : code;
  }

  /** Where the name ends; -1 (and the problem reported) when the line is no header field. */
  #fieldColon(bytes: Uint8Array, from: number, end: number): number {
    let i = from;
    while (i < end && IS_TOKEN[bytes[i] as number] === 1) i++;
    if (i > from && i < end && bytes[i] === COLON) return i;
    this.#fail(
      i === from && (bytes[from] === SPACE || bytes[from] === TAB) ? 'a folded header line' : 'malformed header field',
    );
    return -1;
  }

  #takeField(bytes: Uint8Array, from: number, end: number): void {
    const colon = this.#fieldColon(bytes, from, end);
    if (colon < 0) return;
    let first = colon + 1;
    let last = end;
    while (first < last && isBlank(bytes[first])) first++;
    while (last > first && isBlank(bytes[last - 1])) last--;
    this.#understand(bytes, from, colon, first, last);
    if (this.#keep.length > 0) this.#keepField(bytes, from, colon, first, last);
  }

  /** The lengths of the four names that frame answers differ, so most fields are distinguished by one comparison. */
  #understand(bytes: Uint8Array, from: number, colon: number, first: number, last: number): void {
    switch (colon - from) {
      case 10:
        if (isText(bytes, from, CONNECTION)) this.#takeConnection(bytes, first, last);
        else if (isText(bytes, from, KEEP_ALIVE)) this.keepAliveSeconds = timeoutSeconds(bytes, first, last);
        return;
      case 14:
        if (isText(bytes, from, CONTENT_LENGTH)) this.#takeContentLength(bytes, first, last);
        return;
      case 17:
        if (isText(bytes, from, TRANSFER_ENCODING)) this.#takeTransferEncoding(bytes, first, last);
        return;
      default:
    }
  }

  #takeConnection(bytes: Uint8Array, first: number, last: number): void {
    for (let start = first; start < last;) {
      let stop = start;
      while (stop < last && bytes[stop] !== COMMA) stop++;
      let end = stop;
      while (start < end && isBlank(bytes[start])) start++;
      while (end > start && isBlank(bytes[end - 1])) end--;
      if (end - start === 5 && isText(bytes, start, CLOSE)) this.#says = 'close';
      else if (end - start === 10 && isText(bytes, start, KEEP_ALIVE) && this.#says !== 'close')
        this.#says = 'keep-alive';
      start = stop + 1;
    }
  }

  #takeContentLength(bytes: Uint8Array, first: number, last: number): void {
    if (this.#contentLength >= 0) this.#fail('more than one Content-Length');
    else if (last === first || last - first > 15) this.#fail('malformed Content-Length');
    else {
      this.#contentLength = decimalAt(bytes, first, last);
      if (this.#contentLength < 0) this.#fail('malformed Content-Length');
    }
  }

  #takeTransferEncoding(bytes: Uint8Array, first: number, last: number): void {
    const isChunked = last - first === CHUNKED.length && isText(bytes, first, CHUNKED);
    if (!isChunked || this.#chunked) this.#fail('a Transfer-Encoding other than chunked');
    else this.#chunked = true;
  }

  #keepField(bytes: Uint8Array, from: number, colon: number, first: number, last: number): void {
    for (const { name, bytes: wanted } of this.#keep) {
      if (wanted.length !== colon - from || !isText(bytes, from, wanted)) continue;
      const value = Buffer.from(bytes.buffer, bytes.byteOffset + first, last - first).toString('latin1');
      const before = this.#headers?.[name];
      this.#headers ??= {};
      this.#headers[name] = before === undefined ? value : `${before}, ${value}`;
    }
  }

  #takeHeadEnd(): void {
    if (this.#chunked && this.#contentLength >= 0) this.#fail('both Content-Length and Transfer-Encoding');
    else if (this.#chunked && this.#minor === 0) this.#fail('Transfer-Encoding in HTTP/1.0');
    else if (this.status < 200) this.#startHead();
    else this.#startBody();
  }

  /** RFC 9112, section 6.3: what says how long the body is, in order of precedence. */
  #startBody(): void {
    if (this.#openBody !== undefined) this.reader = this.#openBody(this.status, this.headers);
    this.keepAlive = this.#says === 'close' ? false : this.#minor === 1 || this.#says === 'keep-alive';
    if (this.#isHead || this.status === 204 || this.status === 304) this.#at = At.Complete;
    else if (this.#chunked) this.#at = At.ChunkSize;
    else if (this.#contentLength > this.#bodyLimit) this.#failBodyLimit();
    else if (this.#contentLength > 0) this.#expectData(At.Length, this.#contentLength);
    else if (this.#contentLength === 0) this.#at = At.Complete;
    else {
      this.keepAlive = false;
      this.#at = At.UntilClose;
    }
  }

  #failBodyLimit(): void {
    this.#fail(`body over ${String(this.#bodyLimit)} bytes`);
  }

  #expectData(at: At.Length | At.ChunkData, bytes: number): void {
    this.#at = at;
    this.#remaining = bytes;
  }

  #readData(bytes: Uint8Array, from: number, to: number): number {
    const end = Math.min(to, from + this.#remaining);
    this.#remaining -= end - from;
    this.#takeBody(bytes, from, end);
    if (this.#remaining === 0) this.#at = this.#at === At.Length ? At.Complete : At.ChunkEnd;
    return end;
  }

  #readRest(bytes: Uint8Array, from: number, to: number): number {
    const end = Math.min(to, from + this.#bodyLimit - this.bodyBytes);
    this.#takeBody(bytes, from, end);
    if (end < to) this.#failBodyLimit();
    return end;
  }

  /** Hexadecimal size, then extensions, which mean nothing to us. */
  #takeChunkSize(bytes: Uint8Array, from: number, end: number): void {
    let size = 0;
    let i = from;
    for (; i < end; i++) {
      const digit = HEX_DIGIT[bytes[i] as number] as number;
      if (digit === NO_DIGIT) break;
      size = size * 16 + digit;
    }
    const digits = i - from;
    if (digits === 0 || digits > MAX_CHUNK_DIGITS || (i < end && bytes[i] !== SEMICOLON))
      this.#fail('malformed chunk size');
    else if (this.bodyBytes + size > this.#bodyLimit) this.#failBodyLimit();
    else if (size === 0) this.#at = At.Trailers;
    else this.#expectData(At.ChunkData, size);
    // Only extensions use up the budget of the head; a long body has many plain size lines.
    this.#headBytes -= Math.min(digits, MAX_CHUNK_DIGITS) + 2;
  }

  #takeBody(bytes: Uint8Array, from: number, to: number): void {
    this.bodyBytes += to - from;
    if (this.reader !== undefined) this.reader.take(bytes, from, to);
    if (this.#collects) this.#keepBody(bytes, from, to);
    else if (this.status < 200 || this.status > 299 || this.#saysFailure())
      this.#keepBody(bytes, from, Math.min(to, from + this.#excerptLimit - this.#bodyHeld));
  }

  #saysFailure(): boolean {
    return this.#failureHeader !== undefined && this.#headers?.[this.#failureHeader] !== undefined;
  }

  #keepBody(bytes: Uint8Array, from: number, to: number): void {
    const needed = this.#bodyHeld + to - from;
    if (needed === this.#bodyHeld) return;
    if (needed > this.#body.length) {
      // Grows with what really came: a length that is only promised reserves nothing.
      const larger = new Uint8Array(
        this.#bodyHeld === 0 ? needed : Math.min(needed * 2, Math.max(needed, this.#bodyLimit)),
      );
      larger.set(this.#body.subarray(0, this.#bodyHeld));
      this.#body = larger;
    }
    this.#body.set(bytes.subarray(from, to), this.#bodyHeld);
    this.#bodyHeld = needed;
  }
}

const HTTP_1 = Buffer.from('HTTP/1.', 'latin1');
const CONNECTION = Buffer.from('connection', 'latin1');
const KEEP_ALIVE = Buffer.from('keep-alive', 'latin1');
const CLOSE = Buffer.from('close', 'latin1');
const CONTENT_LENGTH = Buffer.from('content-length', 'latin1');
const TRANSFER_ENCODING = Buffer.from('transfer-encoding', 'latin1');
const CHUNKED = Buffer.from('chunked', 'latin1');
const TIMEOUT = Buffer.from('timeout=', 'latin1');

/** RFC 9110, section 5.6.2. */
const IS_TOKEN = tableOf("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
const NO_DIGIT = 255;
const HEX_DIGIT = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase());
  return digit < 0 ? NO_DIGIT : digit;
});

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

function countControls(bytes: Uint8Array, to: number): number {
  let count = 0;
  for (let i = 0; i < to; i++) if (isControl(bytes[i] as number)) count++;
  return count;
}

/** A tab is none. */
function isControl(byte: number): boolean {
  return (byte < SPACE && byte !== TAB) || byte === 127;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

/** Whether `text` (lower case) stands at `from`, in any case. The caller has compared the lengths. */
function isText(bytes: Uint8Array, from: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[from + i] as number;
    const lower = byte >= 65 && byte <= 90 ? byte + 32 : byte;
    if (lower !== text[i]) return false;
  }
  return true;
}

/** -1 when it is no decimal number. */
function decimalAt(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte < ZERO || byte > NINE) return -1;
    value = value * 10 + byte - ZERO;
  }
  return value;
}

/** The N of `timeout=N` in a Keep-Alive field; -1 without one. */
function timeoutSeconds(bytes: Uint8Array, first: number, last: number): number {
  for (let i = first; i + TIMEOUT.length < last; i++) {
    if (!isText(bytes, i, TIMEOUT)) continue;
    const start = i + TIMEOUT.length;
    let end = start;
    while (end < last && end - start < 9 && decimalAt(bytes, end, end + 1) >= 0) end++;
    return end > start ? decimalAt(bytes, start, end) : -1;
  }
  return -1;
}
