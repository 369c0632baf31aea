import type { HealthSection } from '../../report.js';
import type { SampleBlock } from '../../sample.js';
import { connectionWaitMs } from '../connection-wait.js';
import { SpreadFold } from '../spread-fold.js';
import type { HealthMetric } from './metrics.js';

/** What the sockets cost: waiting for one, opening one, and reading late from it. */
export class Connections {
  readonly #wait = new SpreadFold();
  readonly #handshake = new SpreadFold();
  readonly #receive = new SpreadFold();
  readonly #knowsSent: boolean;

  constructor(knowsSent: boolean) {
    this.#knowsSent = knowsSent;
  }

  add(block: SampleBlock, row: number): void {
    const handshakeMs = block.handshakeMs[row] as number;
    if (handshakeMs > 0) this.#handshake.record(handshakeMs);
    if (this.#knowsSent) this.#wait.record(connectionWaitMs(block, row));
  }

  addReceived({ doneMs, doneEarliestMs }: SampleBlock, row: number): void {
    this.#receive.record((doneMs[row] as number) - (doneEarliestMs[row] as number));
  }

  addAll(other: Connections): void {
    this.#wait.addAll(other.#wait);
    this.#handshake.addAll(other.#handshake);
    this.#receive.addAll(other.#receive);
  }

  spreadOf(of: Exclude<HealthMetric['of'], 'lateness'>): SpreadFold {
    return { connectionWait: this.#wait, handshake: this.#handshake, receiveUncertainty: this.#receive }[of];
  }

  spreads(): Pick<HealthSection, 'connectionWait' | 'handshake' | 'receiveUncertainty'> {
    return {
      connectionWait: this.#wait.spread(),
      handshake: { count: this.#handshake.count, ...this.#handshake.spread() },
      receiveUncertainty: this.#receive.spread(),
    };
  }
}
