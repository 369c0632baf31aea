import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

export interface TapListener {
  /** Bytes are about to be written to the socket. */
  leaving(): void;
  /** They could not be. */
  failed(error: Error): void;
}

/** A socket as Node's HTTP/2 client sees it, with a look at what leaves. */
export class TappedSocket extends Duplex {
  readonly #socket: Socket;
  readonly #listener: TapListener;

  constructor(socket: Socket, listener: TapListener) {
    super();
    this.#socket = socket;
    this.#listener = listener;
  }

  override _read(): void {
    // Whatever comes is passed on at once.
  }

  // The next write waits until the kernel has taken this one, so that what is said to leave does not lie in a queue.
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#writeNow(chunk, done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const whole = chunks.length === 1 ? (chunks[0]?.chunk as Buffer) : Buffer.concat(chunks.map(({ chunk }) => chunk));
    this.#writeNow(whole, done);
  }

  #writeNow(bytes: Buffer, done: (error?: Error | null) => void): void {
    this.#listener.leaving();
    this.#socket.write(bytes, (error) => {
      if (error) this.#listener.failed(error);
      // Never an error: it would end the session before it has read what came. The listener ends it.
      done();
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
