import type { Dispatcher } from 'undici';
import type { Clock } from '../../clock.js';
import type { BodyReader } from './body-reader.js';
import { GIVEN_UP, type Result, type Sending, type WireFailure } from './exchange.js';
import { EXCERPT_BYTES } from './http1-parser.js';
import { codeOf, dialFailure, lossFailure } from './socket-failure.js';
import type { WatchedClient } from './watched-client.js';

const SENT_BEFORE = 'it was sent before';

interface ExchangeContext {
  readonly clock: Clock;
  readonly keepHeaders: readonly string[];
  readonly earliestMs: () => number;
}

/** How bodies are read. */
type Reading = Pick<Sending, 'collectBody' | 'openBody'>;

/** One exchange through undici, from its dispatch to its result. */
export class UndiciExchange implements Dispatcher.DispatchHandler {
  readonly #context: ExchangeContext;
  readonly #reading: Reading;
  #tell: (result: Result) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #aborted = false;
  /** The connection that carries it. */
  client: WatchedClient | undefined;
  /** When its bytes were handed to a connection. */
  sentMs = NaN;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};
  #chunks: Uint8Array[] = [];
  #held = 0;
  #bodyBytes = 0;
  #reader: BodyReader | undefined;

  constructor(context: ExchangeContext, reading: Reading, tell: (result: Result) => void) {
    this.#context = context;
    this.#reading = reading;
    this.#tell = tell;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort(new Error(GIVEN_UP.detail));
    // Settled now: a request that waits for a connection is only taken from the queue when its turn comes.
    this.#fail(GIVEN_UP);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (!Number.isNaN(this.sentMs)) {
      this.#fail({ failure: 'cut', detail: 'the connection ended; the request is not sent again' });
      controller.abort(new Error(SENT_BEFORE));
      return;
    }
    this.sentMs = this.#context.clock.now();
    if (this.#aborted) controller.abort(new Error(GIVEN_UP.detail));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = status;
    const kept = this.#context.keepHeaders.filter((name) => headers[name] !== undefined);
    if (kept.length > 0) this.#headers = Object.fromEntries(kept.map((name) => [name, String(headers[name])]));
    this.#reader = this.#reading.openBody?.(status, this.#headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bodyBytes += chunk.length;
    this.#reader?.take(chunk, 0, chunk.length);
    const isSuccess = this.#status >= 200 && this.#status < 300;
    const room = this.#reading.collectBody ? chunk.length : isSuccess ? 0 : Math.max(0, EXCERPT_BYTES - this.#held);
    if (room === 0) return;
    const piece = Uint8Array.from(chunk.subarray(0, room));
    this.#chunks.push(piece);
    this.#held += piece.length;
  }

  onResponseEnd(): void {
    const error = this.client?.failure;
    if (error !== undefined) {
      this.#fail(lossFailure(error, { reused: true, answerBytes: Math.max(1, this.#bodyBytes) }));
      return;
    }
    this.client?.endIfWriting();
    const doneMs = this.#context.clock.now();
    const { sentMs, doneEarliestMs } = { sentMs: this.sentMs, doneEarliestMs: this.#earliestMs(doneMs) };
    const body = Buffer.concat(this.#chunks);
    const rest = { status: this.#status, headers: this.#headers, bodyBytes: this.#bodyBytes, reader: this.#reader };
    this.#settle({ kind: 'answer', ...rest, body, sentMs, doneMs, doneEarliestMs, handshakeMs: NaN });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#fail(this.#aborted ? GIVEN_UP : this.#meaningOf(error));
  }

  #fail({ failure, detail }: Pick<WireFailure, 'failure' | 'detail'>): void {
    const doneMs = this.#context.clock.now();
    const doneEarliestMs = this.#earliestMs(doneMs);
    this.#settle({ kind: 'failure', failure, detail, sentMs: this.sentMs, doneMs, doneEarliestMs, handshakeMs: NaN });
  }

  /** Once: what undici says of a request that was given up comes later. */
  #settle(result: Result): void {
    const tell = this.#tell;
    this.#tell = () => undefined;
    tell(result);
  }

  #earliestMs(doneMs: number): number {
    const earliestMs = this.#context.earliestMs();
    return earliestMs <= doneMs && earliestMs >= this.sentMs ? earliestMs : this.sentMs;
  }

  #meaningOf(error: Error): Pick<WireFailure, 'failure' | 'detail'> {
    if (Number.isNaN(this.sentMs)) return dialFailure(error);
    if (isBadAnswer(error)) return { failure: 'bad-answer', detail: dialFailure(error).detail };
    const answerBytes = this.#status === 0 ? 0 : Math.max(1, this.#bodyBytes);
    return lossFailure(error, { reused: bytesRead(error) > 0, answerBytes });
  }
}

const BAD_ANSWERS = [
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_HEADERS_OVERFLOW',
];

/** Its parser's errors have a name and no code; a 100 that was not asked for is a socket error with this text. */
function isBadAnswer(error: Error): boolean {
  return error.name === 'HTTPParserError' || error.message === 'bad response' || BAD_ANSWERS.includes(codeOf(error));
}

/** undici's own errors carry what their socket had read. */
function bytesRead(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('socket' in error)) return 0;
  const { socket } = error;
  if (typeof socket !== 'object' || socket === null || !('bytesRead' in socket)) return 0;
  return typeof socket.bytesRead === 'number' ? socket.bytesRead : 0;
}
