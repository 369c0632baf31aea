import type { Clock } from '../../clock.js';
import type { LoopTurn } from '../wire/loop-turn.js';

/** When a connection was read last, ms on the run's clock. */
export class ReadMoments {
  readonly #clock: Clock;
  readonly #turn: LoopTurn;
  /** First thing in the latest read; NaN: nothing was read yet. */
  lastMs = NaN;
  /** The earliest moment its bytes can have arrived. */
  #earliestMs = NaN;

  constructor({ clock, turn }: { readonly clock: Clock; readonly turn: LoopTurn }) {
    this.#clock = clock;
    this.#turn = turn;
  }

  /** Bytes came in. */
  begin(): void {
    this.lastMs = this.#clock.now();
    this.#earliestMs = this.#turn.earliestMs();
  }

  /** The earliest moment at which what was read last can have come for a request sent at `sentMs`. */
  earliestMs({ sentMs }: { readonly sentMs: number }): number {
    const earliestMs = this.#earliestMs;
    // Later than the reading itself: the clock was set to 0 meanwhile, and only the send is known.
    return earliestMs <= this.lastMs && earliestMs >= sentMs ? earliestMs : sentMs;
  }
}
