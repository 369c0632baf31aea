import type { Plan } from '../../run.js';
import { addColumn } from '../add-column.js';
import { SpreadFold } from '../spread-fold.js';

const LATE_MS = 1;

/** When requests were handed over, against their release and by the second. */
export class Lateness {
  readonly whole = new SpreadFold();
  readonly busiest = new SpreadFold();
  readonly handedPerSecond: Float64Array;
  over1Ms = 0;
  readonly #maxLatenessMs: number;

  constructor({ duePerSecond, maxLatenessMs }: Plan) {
    this.handedPerSecond = new Float64Array(duePerSecond.length);
    this.#maxLatenessMs = maxLatenessMs;
  }

  addAll(other: Lateness): void {
    this.whole.addAll(other.whole);
    this.busiest.addAll(other.busiest);
    addColumn(this.handedPerSecond, other.handedPerSecond);
    this.over1Ms += other.over1Ms;
  }

  add(handedMs: number, releaseMs: number, busy: boolean): void {
    const lateMs = handedMs - releaseMs;
    if (Number.isNaN(lateMs)) return; // crashed before the hand-over
    this.whole.record(lateMs);
    if (busy) this.busiest.record(lateMs);
    if (lateMs > LATE_MS) this.over1Ms++;
    // A burst at the very end of a second, handed over as late as is allowed, belongs to that second.
    const second = Math.floor((lateMs > this.#maxLatenessMs ? handedMs : releaseMs) / 1000);
    if (second < 0 || second >= this.handedPerSecond.length) return;
    this.handedPerSecond[second] = (this.handedPerSecond[second] as number) + 1;
  }
}
