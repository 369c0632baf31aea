import type { HttpExchange } from './http-exchange.js';

/** Requests that wait for a connection, the oldest first; one that is given up leaves at once. */
export class RequestQueue {
  readonly #exchanges = new Set<HttpExchange>();

  get length(): number {
    return this.#exchanges.size;
  }

  add(exchange: HttpExchange): void {
    this.#exchanges.add(exchange);
  }

  /** The oldest; there must be one. */
  take(): HttpExchange {
    const [first] = this.#exchanges;
    if (first === undefined) throw new Error('nothing waits');
    this.#exchanges.delete(first);
    return first;
  }

  takeAll(): readonly HttpExchange[] {
    const all = [...this.#exchanges];
    this.#exchanges.clear();
    return all;
  }

  /** Whether it waited. */
  delete(exchange: HttpExchange): boolean {
    return this.#exchanges.delete(exchange);
  }
}
