import type { Clock } from '../../clock.js';
import type { HttpExchange } from './http-exchange.js';

/** Exchanges of a connection whose frames have not left yet. */
export class UnsentExchanges {
  #exchanges: HttpExchange[] = [];

  add(exchange: HttpExchange): void {
    this.#exchanges.push(exchange);
  }

  remove(exchange: HttpExchange): void {
    this.#exchanges = this.#exchanges.filter((other) => other !== exchange);
  }

  /** All of them leave now: Node's client sends what was asked for in a turn of the loop together. */
  stamp(clock: Clock): void {
    if (this.#exchanges.length === 0) return;
    const sentMs = clock.now();
    for (const exchange of this.#exchanges) if (!exchange.settled) exchange.sentMs = sentMs;
    this.#exchanges = [];
  }
}
