import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ARRIVAL_CHUNK,
  arrivalStoreWriter,
  closeArrivals,
  readArrivals,
  type StoredArrivals,
} from '#src/trace-file/arrival-store';
import { UserError } from '#src/errors';
import type { ArrivalStore } from '#src/trace';

let spoolDir = '';
beforeAll(() => {
  spoolDir = mkdtempSync(join(tmpdir(), 'replay-store-'));
});
afterAll(() => {
  rmSync(spoolDir, { recursive: true, force: true });
});

interface Arrivals {
  readonly atMs: Float64Array;
  readonly payload: Uint32Array;
}

/** Around the edges of a chunk, with and without payload indexes, some stretches of them all 0. */
const someArrivals: fc.Arbitrary<Arrivals> = fc
  .record({
    count: fc.oneof(
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: ARRIVAL_CHUNK - 2, max: 3 * ARRIVAL_CHUNK + 2 }),
    ),
    stepMs: fc.double({ min: 0, max: 1e4, noNaN: true }),
    indexedFrom: fc.integer({ min: 0, max: 4 * ARRIVAL_CHUNK }),
  })
  .map(({ count, stepMs, indexedFrom }) => ({
    atMs: Float64Array.from({ length: count }, (_, i) => i * stepMs),
    payload: Uint32Array.from({ length: count }, (_, i) => (i < indexedFrom ? 0 : (i * 2654435761) >>> 0)),
  }));

/** The hash as `Trace.sha256` defines it, record by record. */
function hashOf({ atMs, payload }: Arrivals): string {
  const hash = createHash('sha256');
  const record = Buffer.alloc(12);
  for (const [i, at] of atMs.entries()) {
    record.writeDoubleLE(at, 0);
    record.writeUInt32LE(payload[i] ?? 0, 8);
    hash.update(record);
  }
  return hash.digest('hex');
}

function all(store: ArrivalStore): Arrivals {
  const chunks = [...readArrivals(store)];
  expect(chunks.slice(0, -1).every(({ atMs }) => atMs.length === ARRIVAL_CHUNK)).toBe(true);
  return {
    atMs: Float64Array.from(chunks.flatMap(({ atMs }) => [...atMs])),
    payload: Uint32Array.from(
      chunks.flatMap(({ atMs, payload }) => (payload ? [...payload] : Array.from(atMs, () => 0))),
    ),
  };
}

function store(arrivals: Arrivals, memoryLimit: number, cut: number): StoredArrivals {
  const writer = arrivalStoreWriter({ spoolDir, memoryLimit });
  for (let from = 0; from < arrivals.atMs.length; from += cut) {
    const payload = arrivals.payload.subarray(from, from + cut);
    const atMs = arrivals.atMs.subarray(from, from + cut);
    if (cut === 1) writer.append(atMs[0] ?? NaN, payload[0] ?? NaN);
    else writer.appendChunk(atMs, payload.some((index) => index > 0) ? payload : undefined);
  }
  return writer.finish();
}

it('gives back what it was given, with its hash, however it was dealt and wherever it lies', () => {
  fc.assert(
    fc.property(
      someArrivals,
      fc.constantFrom(0, 5000, 1e6),
      fc.constantFrom(1, 7, 4096, 5000),
      (arrivals, limit, cut) => {
        const stored = store(arrivals, limit, cut);
        const { count } = stored;
        expect(stored.store.kind).toBe(count > limit ? 'file' : 'memory');
        expect(count).toBe(arrivals.atMs.length);
        expect(stored.lastMs).toBe(arrivals.atMs.at(-1) ?? 0);
        expect(stored.sha256).toBe(hashOf(arrivals));
        for (let twice = 0; twice < 2; twice++) {
          const read = all(stored.store);
          expect(Buffer.from(read.atMs.buffer).equals(Buffer.from(arrivals.atMs.slice().buffer))).toBe(true);
          expect(Buffer.from(read.payload.buffer).equals(Buffer.from(arrivals.payload.slice().buffer))).toBe(true);
        }
        closeArrivals(stored.store);
        expect(readdirSync(spoolDir)).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

it('is read from another thread, in memory and in a file', async () => {
  const arrivals = {
    atMs: Float64Array.from({ length: 10_000 }, (_, i) => i / 8),
    payload: new Uint32Array(10_000).fill(3),
  };
  for (const memoryLimit of [0, 1e6]) {
    const { store: shared } = store(arrivals, memoryLimit, 4096);
    const worker = new Worker(
      `import { parentPort, workerData } from 'node:worker_threads';
       const { readArrivals } = await import(workerData.module);
       let sum = 0;
       for (const { atMs, payload } of readArrivals(workerData.store)) for (const [i, at] of atMs.entries()) sum += at * payload[i];
       parentPort.postMessage(sum);`,
      { eval: true, workerData: { module: import.meta.resolve('#src/trace-file/arrival-store'), store: shared } },
    );
    const sum = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
    expect(sum).toBe(arrivals.atMs.reduce((total, at) => total + at * 3, 0));
    closeArrivals(shared);
  }
});

it.each([[[2, 1]], [[-1]], [[NaN]], [[Infinity]]])('takes %j for a bug of its caller', (times) => {
  const writer = arrivalStoreWriter({ spoolDir });
  expect(() => {
    writer.appendChunk(Float64Array.from(times));
    writer.finish();
  }).toThrow(RangeError);
  writer.discard();
});

it('says what to do when it cannot spool, and closes its file when discarded', () => {
  const missing = join(spoolDir, 'missing');
  const lost = arrivalStoreWriter({ spoolDir: missing, memoryLimit: 0 });
  lost.append(1, 0);
  expect(() => lost.finish()).toThrow(UserError);
  const before = openFiles();
  const writer = arrivalStoreWriter({ spoolDir, memoryLimit: 0 });
  writer.appendChunk(new Float64Array(ARRIVAL_CHUNK));
  if (before !== undefined) expect(openFiles()).toBe(before + 1);
  writer.discard();
  writer.discard();
  expect(openFiles()).toBe(before);
});

/** How many files this process has open; undefined where the system does not tell. */
function openFiles(): number | undefined {
  return existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : undefined;
}
