import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import { RESET, wasReset } from './was-reset.js';

/** With the exchange that is to learn which connection carries it. */
export interface ExchangeOptions extends Dispatcher.DispatchOptions {
  readonly exchange?: { client: WatchedClient | undefined };
}

/** One connection at a time, whose end is seen: undici takes a body without a length that a reset cut short for a whole one. */
export class WatchedClient extends Client {
  #socket: Socket | undefined;
  #failure: unknown;

  constructor(origin: URL, options: Client.Options) {
    const connect = options.connect as buildConnector.connector;
    super(origin, {
      ...options,
      connect: (to, callback) => {
        connect(to, (...connected) => {
          const [, socket] = connected;
          if (socket !== null) this.#watch(socket);
          callback(...connected);
        });
      },
    });
  }

  override dispatch(options: ExchangeOptions, handler: Dispatcher.DispatchHandler): boolean {
    // The handler is a wrapper of undici's by now; the options are passed on.
    if (options.exchange !== undefined) options.exchange.client = this;
    return super.dispatch(options, handler);
  }

  /** What ended the connection under an answer; undefined: nothing did. */
  get failure(): unknown {
    return this.#failure ?? (this.#socket?.readableEnded === true && wasReset(this.#socket) ? RESET : undefined);
  }

  /** A request that is still being written when its answer is complete would be followed by the next one's bytes. */
  endIfWriting(): void {
    if ((this.#socket?.writableLength ?? 0) > 0) this.#socket?.destroy();
  }

  #watch(socket: Socket): void {
    this.#socket = socket;
    this.#failure = undefined;
    // Before undici's own listener, which reports the end of the answer.
    socket.prependListener('error', (error) => {
      this.#failure = error;
    });
  }
}
