import { OUTCOMES, type SampleBlock } from '../sample.js';
import { assertOrder } from './assert-times.js';

/** What the loop recorded of one request. */
export interface Row {
  readonly seq: number;
  readonly dueMs: number;
  readonly handedMs: number;
  readonly sentMs: number;
  readonly doneEarliestMs: number;
  readonly doneMs: number;
  readonly outcome: (typeof OUTCOMES)[number];
  readonly detail: string;
}

/** The rows of a block as objects. */
export function rowsOf(block: SampleBlock): Row[] {
  const details = new Map(block.details.map(({ row, text }) => [row, text]));
  return Array.from({ length: block.rows }, (_, i) => ({
    seq: block.seq[i] ?? NaN,
    dueMs: block.dueMs[i] ?? NaN,
    handedMs: block.handedMs[i] ?? NaN,
    sentMs: block.sentMs[i] ?? NaN,
    doneEarliestMs: block.doneEarliestMs[i] ?? NaN,
    doneMs: block.doneMs[i] ?? NaN,
    outcome: OUTCOMES[block.outcome[i] ?? 0] ?? 'unknown',
    detail: details.get(i) ?? '',
  }));
}

/** due <= handed <= sent <= doneEarliest <= done, as far as they are known. */
export function assertTimes(row: Row): void {
  assertOrder([row.dueMs, row.handedMs, row.sentMs, row.doneEarliestMs, row.doneMs], JSON.stringify(row));
}
