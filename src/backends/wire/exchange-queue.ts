import type { Exchange } from './exchange.js';

/** First in, first out; those given up meanwhile are passed over. */
export class ExchangeQueue {
  #first: Exchange | undefined;
  #last: Exchange | undefined;

  /** False may be wrong where all of them were given up. */
  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  push(exchange: Exchange): void {
    if (this.#last === undefined) this.#first = exchange;
    else this.#last.next = exchange;
    this.#last = exchange;
  }

  shift(): Exchange | undefined {
    for (let exchange = this.#first; exchange !== undefined; exchange = this.#first) {
      this.#first = exchange.next;
      exchange.next = undefined;
      if (this.#first === undefined) this.#last = undefined;
      if (!exchange.settled) return exchange;
    }
    return undefined;
  }
}
