import type { Admission } from './system.js';

/**
 * Calls that wait, first come first served, in a growing ring. All have the same patience, so those given up are always the
 * first of it. A call given up stays in line where its work will be done nevertheless.
 */
export class WaitingLine {
  /** How long a call waits before it is given up, ms. */
  readonly patienceMs: number;
  /** Whether it is the system that gives up first, and not the client. */
  readonly bySystem: boolean;
  readonly #limit: number;
  readonly #waitLimitMs: number;
  readonly #staysInLine: boolean;
  #seqs = new Int32Array(64);
  #requests = new Int32Array(64);
  #arrivedMs = new Float64Array(64);
  /** Counters that only grow; a place in the ring is their lowest bits. */
  #head = 0;
  #tail = 0;
  #givenUp = 0;

  constructor({ queueLimit, waitLimit, waitLimitActs, clientTimeout, abandonedWork }: Admission) {
    this.#limit = queueLimit.value;
    this.#waitLimitMs = waitLimitActs.value === 'while-waiting' ? waitLimit.value : Infinity;
    this.patienceMs = Math.min(this.#waitLimitMs, clientTimeout.value);
    this.bySystem = this.#waitLimitMs <= clientTimeout.value;
    this.#staysInLine = !this.bySystem && abandonedWork.value === 'wasted';
  }

  /** Calls in line, those given up only where their work will be done. */
  get length(): number {
    return this.#tail - (this.#staysInLine ? this.#head : Math.max(this.#head, this.#givenUp));
  }

  get isFull(): boolean {
    return this.length >= this.#limit;
  }

  /** When the first call in line came; Infinity: there is none. */
  get oldestMs(): number {
    const at = this.#staysInLine ? this.#head : Math.max(this.#head, this.#givenUp);
    return at < this.#tail ? (this.#arrivedMs[at & (this.#arrivedMs.length - 1)] as number) : Infinity;
  }

  /** When the next call is given up; Infinity: none is. */
  get givesUpMs(): number {
    const at = Math.max(this.#head, this.#givenUp);
    if (at >= this.#tail) return Infinity;
    return (this.#arrivedMs[at & (this.#arrivedMs.length - 1)] as number) + this.patienceMs;
  }

  join(nowMs: number, seq: number, requests: number): void {
    if (this.#tail - this.#head === this.#seqs.length) this.#grow();
    const at = this.#tail++ & (this.#seqs.length - 1);
    this.#seqs[at] = seq;
    this.#requests[at] = requests;
    this.#arrivedMs[at] = nowMs;
  }

  /** Those of the call taken last. */
  seq = 0;
  requests = 0;
  arrivedMs = 0;
  wasGivenUp = false;

  /** The next call that is to be served, into `seq`, `requests`, `arrivedMs`, `wasGivenUp`. False: there is none. */
  take(nowMs: number): boolean {
    while (this.#head < this.#tail) {
      const index = this.#head++;
      this.wasGivenUp = index < this.#givenUp;
      this.#read(index);
      if (!this.wasGivenUp) return true;
      if (this.#staysInLine && nowMs - this.arrivedMs <= this.#waitLimitMs) return true;
    }
    return false;
  }

  /** The next call to be given up, into the same fields; it was there. Whether its work will be done all the same. */
  giveUp(): boolean {
    this.#givenUp = Math.max(this.#head, this.#givenUp) + 1;
    this.#read(this.#givenUp - 1);
    if (!this.#staysInLine && this.#head < this.#givenUp) this.#head = this.#givenUp;
    return this.#staysInLine;
  }

  #read(index: number): void {
    const at = index & (this.#seqs.length - 1);
    this.seq = this.#seqs[at] as number;
    this.requests = this.#requests[at] as number;
    this.arrivedMs = this.#arrivedMs[at] as number;
  }

  #grow(): void {
    const [seqs, requests, arrived] = [this.#seqs, this.#requests, this.#arrivedMs];
    const size = 2 * seqs.length;
    this.#seqs = new Int32Array(size);
    this.#requests = new Int32Array(size);
    this.#arrivedMs = new Float64Array(size);
    for (let index = this.#head; index < this.#tail; index++) {
      const from = index & (seqs.length - 1);
      const to = index & (size - 1);
      this.#seqs[to] = seqs[from] as number;
      this.#requests[to] = requests[from] as number;
      this.#arrivedMs[to] = arrived[from] as number;
    }
  }
}
