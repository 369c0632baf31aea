import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '#src/backends/wire/exchange';
import { createWire, type Wire } from '#src/backends/wire/http1-wire';
import { oneAnswer } from '#src/backends/wire/one-answer';
import { createDraw } from '../../support/http-messages.js';

const REQUESTS = 300;
const LANES = 6;

/** CLOCK_MONOTONIC, which the server in the other thread reads too. */
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;
const beforeMs = new Float64Array(new SharedArrayBuffer(REQUESTS * 8));
const afterMs = new Float64Array(new SharedArrayBuffer(REQUESTS * 8));

let server: Worker;
let wire: Wire;

beforeAll(async () => {
  server = new Worker(new URL('./timed-server.js', import.meta.url), {
    workerData: { beforeMs: beforeMs.buffer, afterMs: afterMs.buffer },
  });
  const port = await new Promise<number>((resolve) => server.once('message', resolve));
  const clock = { now: nowMs, until: () => Promise.resolve(), at: () => undefined };
  wire = createWire({
    url: new URL(`http://127.0.0.1:${String(port)}/`),
    connections: { initial: LANES, max: LANES },
    clock,
  });
  await wire.open(new AbortController().signal);
});

afterAll(async () => {
  wire.close();
  await server.terminate();
});

describe('the true arrival lies between doneEarliest and done', () => {
  it('in a loop that is busy for up to 4 ms at a time', async () => {
    const work = createDraw(31);
    let isOver = false;
    let longestMs = 0;
    const turn = (): void => {
      const startMs = nowMs();
      const endMs = startMs + work(5);
      while (nowMs() < endMs);
      longestMs = Math.max(longestMs, nowMs() - startMs);
      if (!isOver) setImmediate(turn);
    };
    turn();
    const seen = await askMany();
    isOver = true;
    // The bytes arrived between the two moments the server noted.
    expect(seen.every(({ beforeMs, doneMs }) => beforeMs <= doneMs)).toBe(true);
    expect(share(seen, ({ doneEarliestMs, afterMs }) => doneEarliestMs <= afterMs)).toBeGreaterThan(0.99);
    // The reading itself is late, so that something is shown; and the interval is no wider than two turns.
    expect(median(seen.map(({ doneMs, beforeMs }) => doneMs - beforeMs))).toBeGreaterThan(0.2);
    expect(median(seen.map(({ doneMs, doneEarliestMs }) => doneMs - doneEarliestMs))).toBeLessThan(2 * longestMs);
  });

  it('in a loop that sleeps, to which the wait before is no uncertainty', async () => {
    const seen = await askMany();
    expect(seen.every(({ beforeMs, doneMs }) => beforeMs <= doneMs)).toBe(true);
    // Too late by the kernel's time to wake a thread, which no thread can see of itself.
    const waitedMs = median(seen.map(({ doneMs, sentMs }) => doneMs - sentMs));
    expect(median(seen.map(({ doneEarliestMs, afterMs }) => doneEarliestMs - afterMs))).toBeLessThan(waitedMs / 5);
    expect(median(seen.map(({ doneMs, doneEarliestMs }) => doneMs - doneEarliestMs))).toBeLessThan(waitedMs / 5);
  });
});

type Seen = Answer & { readonly beforeMs: number; readonly afterMs: number };

async function askMany(): Promise<readonly Seen[]> {
  const delay = createDraw(32);
  const seen: Seen[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < REQUESTS) {
      const index = next++;
      const bytes = Buffer.from(`GET /${String(index)}/${String(2 + delay(6))} HTTP/1.1\r\nhost: x\r\n\r\n`);
      const result = await oneAnswer(wire, bytes, { method: 'GET', collectBody: false }, { onAbort: () => undefined });
      if (result.kind === 'failure') throw new Error(result.detail);
      // The server notes the moment after its write: give it time to do so.
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push({ ...result, beforeMs: beforeMs[index] ?? NaN, afterMs: afterMs[index] ?? NaN });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return seen;
}

function share<T>(all: readonly T[], holds: (one: T) => boolean): number {
  return all.filter(holds).length / all.length;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
