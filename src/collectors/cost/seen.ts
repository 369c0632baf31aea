import { leadsInvocation, type SampleBlock } from '../../sample.js';

/** What bills depend on besides invocations: how many samples there are, and when they were. */
export class Seen {
  rows = 0;
  invocations = 0;
  ok = 0;
  #firstDueMs = Infinity;
  #lastDoneMs = -Infinity;

  add(block: SampleBlock): void {
    const { rows, outcome, dueMs, doneMs } = block;
    this.rows += rows;
    this.invocations += invocationsIn(block);
    for (let i = 0; i < rows; i++) {
      if (outcome[i] === 0) this.ok++;
      if ((dueMs[i] as number) < this.#firstDueMs) this.#firstDueMs = dueMs[i] as number;
      if ((doneMs[i] as number) > this.#lastDoneMs) this.#lastDoneMs = doneMs[i] as number;
    }
  }

  addAll(other: Seen): void {
    this.rows += other.rows;
    this.invocations += other.invocations;
    this.ok += other.ok;
    this.#firstDueMs = Math.min(this.#firstDueMs, other.#firstDueMs);
    this.#lastDoneMs = Math.max(this.#lastDoneMs, other.#lastDoneMs);
  }

  /** From the first due to the last done; nothing where there is no sample. */
  span(): readonly [fromMs: number, toMs: number] {
    return this.rows === 0 ? [0, 0] : [this.#firstDueMs, this.#lastDoneMs];
  }
}

function invocationsIn(block: SampleBlock): number {
  if (block.invocation === undefined) return block.rows;
  let invocations = 0;
  for (let i = 0; i < block.rows; i++) if (leadsInvocation(block, i)) invocations++;
  return invocations;
}
