import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countInFlight, createInFlight, inFlightMemory, releaseInFlight } from '#src/loop/in-flight';

const step = fc.record({ worker: fc.nat({ max: 4 }), what: fc.constantFrom('enter', 'enter', 'leave', 'die') });

describe('createInFlight', () => {
  test('any workers, any order: enters below the limit and only there, and a dead worker gives its places back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat({ max: 6 }), fc.array(step), (workers, limit, steps) => {
        const memory = inFlightMemory(workers);
        const flights = Array.from({ length: workers }, (_, worker) => createInFlight(memory, worker, limit));
        const open = flights.map(() => 0);
        const sum = (): number => open.reduce((total, count) => total + count, 0);
        for (const { worker: any, what } of steps) {
          const worker = any % workers;
          const own = open[worker] as number;
          if (what === 'enter') {
            const fits = sum() < limit;
            expect(flights[worker]?.enter()).toBe(fits);
            if (fits) open[worker] = own + 1;
          } else if (what === 'leave' && own > 0) {
            flights[worker]?.leave();
            open[worker] = own - 1;
          } else if (what === 'die') {
            releaseInFlight(memory, worker);
            open[worker] = 0;
          }
          expect(countInFlight(memory)).toBe(sum());
        }
      }),
    );
  });

  test('threads at once: no place is lost, and no one ever sees more than the limit', async () => {
    const limit = 3;
    const threads = 3;
    const memory = inFlightMemory(threads);
    const module = new URL('../../dist/loop/in-flight.js', import.meta.url).href;
    const hammers = Array.from(
      { length: threads },
      (_, worker) => new Worker(HAMMER, { eval: true, workerData: { module, memory, worker, limit } }),
    );
    const results = (await Promise.all(hammers.map((hammer) => once(hammer, 'message')))) as [
      { entered: number; most: number },
    ][];
    for (const [{ entered, most }] of results) {
      expect(entered).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(limit);
    }
    expect(countInFlight(memory)).toBe(0);
  });
});

/** Takes and gives back as fast as it can, and remembers the highest sum it saw. */
const HAMMER = `
const { parentPort, workerData: { module, memory, worker, limit } } = require('node:worker_threads');
import(module).then(({ countInFlight, createInFlight }) => {
  const flight = createInFlight(memory, worker, limit);
  let entered = 0, most = 0, own = 0;
  // A thread that the system takes off its CPU keeps its places meanwhile, and others find none.
  for (let i = 0; i < 60_000 || entered === 0; i++) {
    if (i % 3 < 2 && flight.enter()) { entered++; own++; }
    else if (own > 0) { flight.leave(); own--; }
    most = Math.max(most, countInFlight(memory));
  }
  for (; own > 0; own--) flight.leave();
  parentPort.postMessage({ entered, most });
});`;
