import type { Shift } from '../../report.js';
import type { Plan } from '../../run.js';
import type { SampleBlock } from '../../sample.js';
import { connectionWaitMs } from '../connection-wait.js';
import { SpreadFold } from '../spread-fold.js';

/** Response as reported, and as it would be without each share of our own and without all of them, over the same successes. */
export class OwnShares {
  readonly #reported = new SpreadFold();
  readonly #without: Readonly<Record<Shift['cause'], SpreadFold>> = {
    lateness: new SpreadFold(),
    'connection-wait': new SpreadFold(),
    'receive-uncertainty': new SpreadFold(),
    together: new SpreadFold(),
  };
  readonly #knowsWait: boolean;

  constructor({ knowsSent }: Plan) {
    this.#knowsWait = knowsSent;
  }

  /** Without all of them. */
  get withoutAny(): SpreadFold {
    return this.#without.together;
  }

  /** A share that is unknown is taken for 0. */
  add(block: SampleBlock, row: number): void {
    const dueMs = block.dueMs[row] as number;
    const responseMs = (block.doneMs[row] as number) - dueMs;
    if (Number.isNaN(responseMs)) return;
    const without = this.#without;
    const lateMs = orZero((block.handedMs[row] as number) - (block.releaseMs[row] as number));
    const waitMs = this.#knowsWait ? orZero(connectionWaitMs(block, row)) : 0;
    const unreadMs = orZero((block.doneMs[row] as number) - (block.doneEarliestMs[row] as number));
    this.#reported.record(responseMs);
    without.lateness.record(responseMs - lateMs);
    if (this.#knowsWait) without['connection-wait'].record(responseMs - waitMs);
    without['receive-uncertainty'].record(responseMs - unreadMs);
    // They do not overlap: release to handed, handed to sent, earliest to done.
    without.together.record(responseMs - lateMs - waitMs - unreadMs);
  }

  addAll(other: OwnShares): void {
    this.#reported.addAll(other.#reported);
    for (const cause of CAUSES) this.#without[cause].addAll(other.#without[cause]);
  }

  shifts(): Shift[] {
    return CAUSES.flatMap((cause) => STATISTICS.flatMap(({ statistic, of }) => this.#shift(cause, statistic, of)));
  }

  #shift(cause: Shift['cause'], statistic: Shift['statistic'], of: (spread: SpreadFold) => number | null): Shift[] {
    const reportedMs = of(this.#reported);
    const withoutMs = of(this.#without[cause]);
    return reportedMs === null || withoutMs === null ? [] : [{ cause, statistic, reportedMs, withoutMs }];
  }
}

function orZero(ms: number): number {
  return ms > 0 ? ms : 0;
}

const CAUSES = ['lateness', 'connection-wait', 'receive-uncertainty', 'together'] as const;
const STATISTICS = [
  { statistic: 'mean', of: (spread: SpreadFold) => spread.meanMs },
  { statistic: 'p50', of: (spread: SpreadFold) => spread.percentileMs(50) },
  { statistic: 'p99', of: (spread: SpreadFold) => spread.percentileMs(99) },
] as const;
