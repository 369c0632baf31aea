import type { Socket } from 'node:net';

/** The head start that each address has over the next (RFC 8305, section 5). */
const HEAD_START_MS = 250;

/** One try of one address; ends when `signal` aborts. */
export type Attempt = (address: string, signal: AbortSignal) => Promise<Socket>;

export interface Race {
  /** At least one. */
  readonly addresses: readonly string[];
  readonly attempt: Attempt;
  readonly signal: AbortSignal;
  /** An address that failed, or said nothing for longer than its head start while another answered. */
  readonly onFailed: (address: string) => void;
}

/**
 * "Happy eyeballs": tries the addresses in order, the next one as soon as the one before has failed or was silent for its
 * head start, which goes on all the same: it may be far away. The first that is established wins. Rejects with the error of
 * the last to fail.
 */
export function firstEstablished(race: Race): Promise<Socket> {
  const { addresses, attempt, signal } = race;
  // The usual case, without a timer.
  if (addresses.length === 1) return attempt(addresses[0] as string, signal);
  return new Promise((resolve, reject) => {
    new Runners(race, resolve, reject).start();
  });
}

class Runners {
  readonly #race: Race;
  readonly #resolve: (socket: Socket) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #end = new AbortController();
  readonly #running = new Set<string>();
  #next = 0;
  #headStart: NodeJS.Timeout | undefined;

  constructor(race: Race, resolve: (socket: Socket) => void, reject: (reason: unknown) => void) {
    this.#race = race;
    this.#resolve = resolve;
    this.#reject = reject;
    race.signal.addEventListener('abort', this.#giveUp, { once: true });
  }

  start(): void {
    clearTimeout(this.#headStart);
    const address = this.#race.addresses[this.#next++];
    if (address === undefined) return;
    if (this.#next < this.#race.addresses.length) {
      this.#headStart = setTimeout(() => {
        this.start();
      }, HEAD_START_MS);
    }
    this.#running.add(address);
    this.#race.attempt(address, this.#end.signal).then(
      (socket) => {
        this.#won(address, socket);
      },
      (thrown: unknown) => {
        this.#failed(address, thrown);
      },
    );
  }

  #won(address: string, socket: Socket): void {
    if (this.#end.signal.aborted) {
      socket.destroy();
      return;
    }
    for (const other of this.#running) {
      // Those which began earlier had their head start.
      if (other === address) break;
      this.#race.onFailed(other);
    }
    this.#giveUp();
    this.#resolve(socket);
  }

  #failed(address: string, thrown: unknown): void {
    this.#running.delete(address);
    if (this.#end.signal.aborted) {
      this.#reject(thrown);
      return;
    }
    this.#race.onFailed(address);
    if (this.#next < this.#race.addresses.length) this.start();
    else if (this.#running.size === 0) {
      this.#giveUp();
      this.#reject(thrown);
    }
  }

  /** Ends what still runs, after a win too. */
  #giveUp = (): void => {
    clearTimeout(this.#headStart);
    this.#race.signal.removeEventListener('abort', this.#giveUp);
    this.#end.abort();
  };
}
