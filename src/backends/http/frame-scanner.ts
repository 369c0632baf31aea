/** Called for each frame once its last byte has arrived. */
export interface FrameListener {
  /** The last frame of an answer. */
  ended(stream: number): void;
  reset(stream: number, code: number): void;
  /** Streams above `lastStream` were not processed. */
  goingAway(lastStream: number, code: number): void;
}

const HEAD_BYTES = 9;
/** Beyond the head of a frame: what RST_STREAM and GOAWAY say. */
const SAID_BYTES = 8;

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const GOAWAY = 7;
const END_STREAM = 1;

/**
 * Reads the heads of HTTP/2 frames (RFC 9113, section 4.1) beside Node's client, which does not say whether an answer was
 * whole: it ends a stream in the same way after its last frame and after a reset with NO_ERROR or CANCEL. One for each connection.
 */
export class FrameScanner {
  readonly #listener: FrameListener;
  readonly #kept = new DataView(new ArrayBuffer(HEAD_BYTES + SAID_BYTES));
  /** Bytes of this frame: kept so far, to be kept, and to be passed over after those. */
  #held = 0;
  #wanted = HEAD_BYTES;
  #rest = 0;

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  feed(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#held < this.#wanted) {
        this.#kept.setUint8(this.#held++, bytes[at++] as number);
        if (this.#held === HEAD_BYTES) this.#begin();
      } else {
        const passed = Math.min(this.#rest, bytes.length - at);
        this.#rest -= passed;
        at += passed;
      }
      if (this.#held === this.#wanted && this.#rest === 0) this.#end();
    }
  }

  #begin(): void {
    const length = (this.#kept.getUint16(0) << 8) | this.#kept.getUint8(2);
    const type = this.#kept.getUint8(3);
    const said = type === RST_STREAM || type === GOAWAY ? Math.min(length, SAID_BYTES) : 0;
    this.#wanted = HEAD_BYTES + said;
    this.#rest = length - said;
  }

  #end(): void {
    const said = this.#wanted - HEAD_BYTES;
    const type = this.#kept.getUint8(3);
    const stream = this.#kept.getUint32(5) & 0x7fffffff;
    this.#held = 0;
    this.#wanted = HEAD_BYTES;
    if (type === DATA || type === HEADERS) {
      if ((this.#kept.getUint8(4) & END_STREAM) !== 0) this.#listener.ended(stream);
    } else if (type === RST_STREAM && said >= 4) this.#listener.reset(stream, this.#kept.getUint32(HEAD_BYTES));
    else if (type === GOAWAY && said === SAID_BYTES)
      this.#listener.goingAway(this.#kept.getUint32(HEAD_BYTES) & 0x7fffffff, this.#kept.getUint32(HEAD_BYTES + 4));
  }
}
