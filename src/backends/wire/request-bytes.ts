import { checkHeaderField, checkMethod, checkPath } from '../../http-syntax.js';
import { isPlaceholder, type Template } from '../../text/template.js';
import { type Encoding, encodedValue } from './encoded-value.js';
import { contentLength, requestAt, type BodyTemplate, type RequestTemplate, type RunValues } from './http-request.js';
import { filledRequest, type FilledRequest } from './filled-request.js';
import { UUID_LENGTH, writeUuid, type UuidKey } from './request-uuid.js';

export type { HeaderField } from '../../http-syntax.js';

const NO_VALUES: RunValues = { runId: '', uuidKey: [0, 0, 0, 0] };

/**
 * One whole HTTP/1.1 request for each index in the trace, ready to write in one piece: the same bytes every time, or, where
 * the template has placeholders, a copy with the values in their places. Content-Length is added unless a header gives it.
 * Throws `UserError` when a part could be read as something else (line ends in a header).
 */
export function requestBytes(template: RequestTemplate, values = NO_VALUES): (seq: number) => Uint8Array {
  const example = requestAt(template, values)(0);
  checkMethod(example.method);
  checkPath(example.path);
  for (const field of example.headers) checkHeaderField(field);
  const pieces = new Pieces(values);
  pieces.text(`${template.method} `);
  pieces.template(template.path, 'url');
  pieces.text(' HTTP/1.1\r\n');
  for (const [name, value] of template.headers) {
    pieces.text(`${name}: `);
    pieces.template(value, 'header');
    pieces.text('\r\n');
  }
  const length = contentLength(example);
  const addsLength = length !== null && !template.headers.some(([name]) => name.toLowerCase() === 'content-length');
  if (addsLength) pieces.lengthField(template.body, length);
  pieces.text('\r\n');
  if (template.body instanceof Uint8Array) pieces.bytes(template.body);
  else if (template.body !== null) pieces.body(template.body);
  return pieces.filler(values.uuidKey);
}

/** What stands between two pieces: a placeholder or column whose value is each request's own, or the length of the body. */
type Slot = FilledRequest['slots'][number];

/** Grows to the literal pieces of a request and the slots between them. */
class Pieces {
  readonly #values: RunValues;
  readonly #pieces: Buffer[] = [];
  readonly #slots: Slot[] = [];
  #open: Uint8Array[] = [];
  /** The first slot of the body. */
  #bodyFrom = Infinity;
  /** Of the body, where its length is not the same every time: all but its numbers, and how many these are. */
  #body = { fixed: 0, numbers: 0 };

  constructor(values: RunValues) {
    this.#values = values;
  }

  text(text: string): void {
    this.#open.push(Buffer.from(text, 'latin1'));
  }

  bytes(bytes: Uint8Array): void {
    this.#open.push(bytes);
  }

  template(template: string | Template, encoding: Encoding): void {
    if (typeof template === 'string') {
      this.text(template);
      return;
    }
    template.literals.forEach((literal, i) => {
      if (i > 0) this.#placeholder(template.placeholders[i - 1] as string, encoding);
      this.text(literal);
    });
  }

  body(body: BodyTemplate): void {
    this.#bodyFrom = this.#slots.length;
    body.literals.forEach((literal, i) => {
      if (i > 0) this.#placeholder(body.placeholders[i - 1] as string, body.encodings?.[i - 1] ?? 'text');
      this.text(literal);
    });
  }

  /** `length`: of the body of the request with the index 0. */
  lengthField(body: RequestTemplate['body'], length: number): void {
    this.text('content-length: ');
    const places = body === null || body instanceof Uint8Array ? [] : body.placeholders;
    const numbers = places.filter((name) => name === 'seq').length;
    this.#body = { fixed: length - numbers, numbers };
    if (numbers === 0 && places.every(isPlaceholder)) this.text(String(length));
    else this.#slot('length');
    this.text('\r\n');
  }

  filler(uuidKey: UuidKey): (seq: number) => Uint8Array {
    const tail = Buffer.concat(this.#open);
    if (this.#slots.length === 0) return () => tail;
    const fixed = this.#pieces.reduce((sum, piece) => sum + piece.length, tail.length);
    const request: SlottedRequest = {
      pieces: this.#pieces,
      slots: this.#slots,
      tail,
      fixed: fixed + UUID_LENGTH * this.#slots.filter((slot) => slot === 'uuid').length,
      numbers: this.#slots.filter((slot) => slot === 'seq').length,
      body: this.#body,
      uuidKey,
    };
    if (this.#slots.some((slot) => typeof slot === 'function'))
      return filledRequest({ pieces: this.#pieces, slots: this.#slots, tail, uuidKey, bodyFrom: this.#bodyFrom });
    return (seq) => patched(request, seq);
  }

  #placeholder(name: string, encoding: Encoding): void {
    const { runId, arrivals } = this.#values;
    if (!isPlaceholder(name)) this.#slot((seq) => encodedValue(arrivals?.of(name, seq), encoding));
    else if (name === 'run') this.text(runId);
    else this.#slot(name);
  }

  #slot(slot: Slot): void {
    this.#pieces.push(Buffer.concat(this.#open));
    this.#slots.push(slot);
    this.#open = [];
  }
}

interface SlottedRequest {
  /** One before each slot. */
  readonly pieces: readonly Buffer[];
  readonly slots: readonly Slot[];
  readonly tail: Buffer;
  /** Bytes of all pieces, the tail and the UUIDs. */
  readonly fixed: number;
  /** How many slots are the request's index. */
  readonly numbers: number;
  readonly body: { readonly fixed: number; readonly numbers: number };
  readonly uuidKey: UuidKey;
}

/** A copy for each request: the previous one may still be on its way out. */
function patched(request: SlottedRequest, seq: number): Uint8Array {
  const { pieces, slots, tail, fixed, numbers, body, uuidKey } = request;
  const digits = decimalDigits(seq);
  const bodyLength = body.fixed + body.numbers * digits;
  const lengthDigits = body.numbers === 0 ? 0 : decimalDigits(bodyLength);
  const bytes = Buffer.allocUnsafe(fixed + numbers * digits + lengthDigits);
  let at = 0;
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] as Buffer;
    const slot = slots[i] as Slot;
    bytes.set(piece, at);
    at += piece.length;
    if (slot === 'uuid') {
      writeUuid(bytes, at, uuidKey, seq);
      at += UUID_LENGTH;
    } else {
      at += slot === 'seq' ? digits : lengthDigits;
      writeDecimal(bytes, at, slot === 'seq' ? seq : bodyLength);
    }
  }
  bytes.set(tail, at);
  return bytes;
}

function decimalDigits(whole: number): number {
  let digits = 1;
  for (let power = 10; power <= whole; power *= 10) digits++;
  return digits;
}

const ZERO = 48;

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
