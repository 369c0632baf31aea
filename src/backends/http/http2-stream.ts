import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import type { BodyReader } from '../wire/body-reader.js';
import type { ReadAnswer } from '../wire/exchange.js';
import { EXCERPT_BYTES, type KeptHeaders } from '../wire/http1-parser.js';
import type { HttpExchange } from './http-exchange.js';

export interface AnswerLimits {
  /** A larger body is a bad answer. */
  readonly bodyBytes: number;
  /** Lower-case names of the header fields to keep. */
  readonly keepHeaders: readonly string[];
}

/** Each method is called at most once, `closed` last. */
export interface StreamListener {
  /** When the connection's latest read began, on the run's clock. */
  readMs(): number;
  /** The answer has ended; whole or not is for the frames to say. */
  ended(stream: Http2Stream): void;
  overLimit(stream: Http2Stream): void;
  closed(stream: Http2Stream): void;
}

/** One exchange on its stream of HTTP/2: what has come of its answer. */
export class Http2Stream implements ReadAnswer {
  readonly exchange: HttpExchange;
  status = 0;
  headers: KeptHeaders = {};
  bodyBytes = 0;
  /** The frame that ends the answer has come. */
  whole = false;
  /** The code of the service's RST_STREAM; null: none came. */
  resetCode: number | null = null;
  /** What Node says of its end. */
  error: unknown;

  reader: BodyReader | undefined;

  readonly #stream: ClientHttp2Stream;
  readonly #limits: AnswerLimits;
  /** What came before Node reported the head, which it does later, and when it was read. */
  #early: { readonly chunk: Buffer; readonly atMs: number }[] = [];
  /** When the read of what is taken now began. */
  #takenMs = NaN;
  #chunks: Uint8Array[] = [];
  #held = 0;

  constructor(exchange: HttpExchange, stream: ClientHttp2Stream, limits: AnswerLimits, listener: StreamListener) {
    this.exchange = exchange;
    this.#stream = stream;
    this.#limits = limits;
    stream.on('response', (headers) => {
      this.#begin(headers);
    });
    stream.on('data', (chunk: Buffer) => {
      this.bodyBytes += chunk.length;
      const atMs = listener.readMs();
      if (this.status === 0) this.#early.push({ chunk, atMs });
      else this.#take(chunk, atMs);
      if (this.bodyBytes > limits.bodyBytes) listener.overLimit(this);
    });
    stream.on('end', () => {
      listener.ended(this);
    });
    stream.on('error', (error) => {
      this.error = error;
    });
    stream.on('close', () => {
      listener.closed(this);
    });
  }

  get id(): number {
    return this.#stream.id ?? 0;
  }

  /** Whether the whole request has left. */
  get isSent(): boolean {
    return this.#stream.writableFinished;
  }

  /** A reset behind a whole answer takes nothing from it; one of our own means that the answer was not as it should be. */
  get isWholeAtClose(): boolean {
    return this.whole && this.status !== 0 && (this.resetCode !== null || this.#stream.rstCode === 0);
  }

  /** Informs the service that the answer is no longer wanted. */
  cancel(): void {
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  body(): Uint8Array {
    return this.#chunks.length === 1 ? (this.#chunks[0] as Uint8Array) : Buffer.concat(this.#chunks);
  }

  #begin(headers: IncomingHttpHeaders & { readonly ':status'?: number | undefined }): void {
    this.status = headers[':status'] ?? 0;
    const kept = this.#limits.keepHeaders.filter((name) => headers[name] !== undefined);
    if (kept.length > 0) this.headers = Object.fromEntries(kept.map((name) => [name, String(headers[name])]));
    this.reader = this.exchange.openBody(() => this.#takenMs)?.(this.status, this.headers);
    for (const { chunk, atMs } of this.#early) this.#take(chunk, atMs);
    this.#early = [];
  }

  #take(chunk: Buffer, atMs: number): void {
    this.#takenMs = atMs;
    this.reader?.take(chunk, 0, chunk.length);
    const isSuccess = this.status >= 200 && this.status < 300;
    const room = this.exchange.sending.collectBody
      ? chunk.length
      : isSuccess
        ? 0
        : Math.max(0, EXCERPT_BYTES - this.#held);
    if (room === 0) return;
    const piece = Uint8Array.from(chunk.subarray(0, room));
    this.#chunks.push(piece);
    this.#held += piece.length;
  }
}
