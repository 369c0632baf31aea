import fc from 'fast-check';
import type { Plan, RunEnd } from '#src/run';
import { blankBlock, OUTCOMES, type SampleBlock } from '#src/sample';
import { undisturbedEnd } from '#src/undisturbed-end';

/** One request of a made-up run, written as a row. */
export interface Row {
  readonly seq: number;
  readonly dueMs: number;
  readonly handedMs: number;
  readonly sentMs: number;
  readonly doneMs: number;
  readonly doneEarliestMs: number;
  readonly handshakeMs: number;
  readonly serverMs: number;
  readonly outcome: number;
  readonly coldStart: number;
  readonly detail: string | undefined;
}

export function toBlock(rows: readonly Row[], worker = 0): SampleBlock {
  const floats = (of: (row: Row) => number): Float64Array => Float64Array.from(rows, of);
  return {
    ...blankBlock(rows.length, worker),
    seq: Uint32Array.from(rows, ({ seq }) => seq),
    dueMs: floats(({ dueMs }) => dueMs),
    releaseMs: floats(({ dueMs }) => dueMs),
    handedMs: floats(({ handedMs }) => handedMs),
    sentMs: floats(({ sentMs }) => sentMs),
    doneMs: floats(({ doneMs }) => doneMs),
    doneEarliestMs: floats(({ doneEarliestMs }) => doneEarliestMs),
    handshakeMs: floats(({ handshakeMs }) => handshakeMs),
    serverMs: floats(({ serverMs }) => serverMs),
    outcome: Uint8Array.from(rows, ({ outcome }) => outcome),
    coldStart: Uint8Array.from(rows, ({ coldStart }) => coldStart),
    details: rows.flatMap(({ detail }, row) => (detail === undefined ? [] : [{ row, text: detail }])),
  };
}

/** Rows from 31-bit seeds: cheap enough for thousands of requests in one property. */
export function makeRows(count: number, seed: number, meanGapMs: number, failureShare = 0.2): Row[] {
  const random = randomOf(seed);
  let dueMs = 0;
  return Array.from({ length: count }, (_, seq) => {
    dueMs += -Math.log(1 - random()) * meanGapMs;
    const ok = random() >= failureShare;
    const code = ok ? 0 : 1 + Math.floor(random() * (OUTCOMES.length - 1));
    const handed = OUTCOMES[code] === 'crashed' && random() < 0.5 ? NaN : dueMs + random() ** 4 * 8;
    const handshakeMs = random() < 0.3 ? random() * 3 : NaN;
    const waitMs = random() < 0.1 ? NaN : random() * 2;
    const sentMs = handed + waitMs + (Number.isNaN(handshakeMs) ? 0 : handshakeMs);
    const doneMs = (Number.isNaN(sentMs) ? handed : sentMs) + random() ** 3 * 200;
    return {
      seq,
      dueMs,
      handedMs: handed,
      sentMs,
      doneMs,
      doneEarliestMs: random() < 0.2 ? NaN : Math.max(doneMs - random(), Number.isNaN(sentMs) ? handed : sentMs),
      handshakeMs,
      serverMs: random() < 0.5 ? NaN : random() * 50,
      outcome: code,
      coldStart: Math.floor(random() * 3),
      detail: ok || random() < 0.3 ? undefined : `why ${String(seq)} – ü`,
    };
  });
}

/** mulberry32: any state is a good one. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function planFor(rows: readonly Row[], changes: Partial<Plan> = {}): Plan {
  const durationMs = Math.max(1000, Math.ceil(((rows.at(-1)?.dueMs ?? 0) + 1) / 1000) * 1000);
  const duePerSecond = Array.from({ length: durationMs / 1000 }, () => 0);
  for (const { dueMs } of rows)
    duePerSecond[Math.floor(dueMs / 1000)] = (duePerSecond[Math.floor(dueMs / 1000)] ?? 0) + 1;
  return {
    planned: rows.length,
    durationMs,
    duePerSecond,
    warmupMs: 0,
    timeoutMs: 60_000,
    maxLatenessMs: 10,
    maxInFlight: { limit: 10_000, explicit: false },
    knowsSent: true,
    ...changes,
  };
}

export const ENDED: RunEnd = undisturbedEnd(60_000);

/** The rows dealt to blocks by some workers and put in some order: what a run may see. */
export function shuffled(rows: readonly Row[], seed: number): SampleBlock[] {
  const random = randomOf(seed);
  const order = rows
    .map((row) => ({ row, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row);
  const blocks: SampleBlock[] = [];
  for (let from = 0; from < order.length;) {
    const size = 1 + Math.floor(random() * 400);
    blocks.push(toBlock(order.slice(from, from + size), blocks.length % 3));
    from += size;
  }
  return blocks;
}

export const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });

/** The rank-th smallest by the definition: the least value with at least p % at or below it. */
export function sortedPercentile(values: readonly number[], p: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.find((_, i) => (i + 1) * 1000 >= Math.round(p * 10) * sorted.length) ?? null;
}
