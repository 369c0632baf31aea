import type { HealthSection } from '../../report.js';
import { outcomeCode, type SampleBlock } from '../../sample.js';
import { connectionWaitMs } from '../connection-wait.js';
import { excessMs } from '../excess-ms.js';
import { SpreadFold } from '../spread-fold.js';

const GIVEN_UP = [outcomeCode('timeout'), outcomeCode('aborted')];

/**
 * Requests that were given up because they waited for a connection, never written at all or too late to be answered. They
 * are in no response, which a wait for a connection therefore does not move, however long it was.
 */
export class Starving {
  #requests = 0;
  #of = 0;
  readonly #waited = new SpreadFold();

  add(block: SampleBlock, row: number): void {
    this.#of++;
    if (!GIVEN_UP.includes(block.outcome[row] as number)) return;
    const waitedMs = slotWaitMs(block, row);
    const ageMs = (block.doneMs[row] as number) - (block.handedMs[row] as number);
    if (!(excessMs(ageMs, ageMs - waitedMs) > 0)) return;
    this.#requests++;
    this.#waited.record(waitedMs);
  }

  addAll(other: Starving): void {
    this.#requests += other.#requests;
    this.#of += other.#of;
    this.#waited.addAll(other.#waited);
  }

  facts(): NonNullable<HealthSection['starved']> {
    return { requests: this.#requests, of: this.#of, meanWaitMs: this.#waited.meanMs };
  }
}

/** Of one that was never written: up to its end, less what it spent opening a connection of its own. */
function slotWaitMs(block: SampleBlock, row: number): number {
  const waitMs = connectionWaitMs(block, row);
  if (!Number.isNaN(waitMs)) return waitMs;
  const handshakeMs = block.handshakeMs[row] as number;
  return (block.doneMs[row] as number) - (block.handedMs[row] as number) - (handshakeMs > 0 ? handshakeMs : 0);
}
