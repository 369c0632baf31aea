import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inSlices } from '#src/replay/in-slices';
import { USAGE_NAMES, type SampleBatch, type UsageColumns } from '#src/sample';
import { makeRows, seeds, toBatch } from '../collectors/sample-rows.js';

const batches = fc.array(
  fc
    .record({ count: fc.nat({ max: 1000 }), seed: seeds, withUsage: fc.boolean(), batched: fc.boolean() })
    .map(({ count, seed, withUsage, batched }) => {
      const batch = toBatch(makeRows(count, seed, 1));
      return {
        ...batch,
        ...(withUsage ? { usage: usageOf(batch) } : {}),
        ...(batched ? { invocation: batch.seq.map((seq) => seq + 1) } : {}),
      };
    }),
  { maxLength: 4 },
);

function usageOf({ rows: count }: SampleBatch): UsageColumns {
  const columns = USAGE_NAMES.map((name, i) => [name, Float64Array.from({ length: count }, (_, row) => i + row / 7)]);
  return Object.fromEntries(columns) as UsageColumns;
}

/** Everything a batch says of each of its rows. */
function lines(batch: SampleBatch): unknown[] {
  const { rows: count, worker, usage, details, ...columns } = batch;
  return Array.from({ length: count }, (_, row) => [
    worker,
    ...Object.entries(columns).map(([name, column]) => [name, column[row]]),
    ...Object.entries(usage ?? {}).map(([name, column]) => [name, column[row]]),
    details.find((detail) => detail.row === row)?.text,
  ]);
}

test('whatever comes is taken whole, once and in order, a little at a time', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (all) => {
      const slices: SampleBatch[] = [];
      const take = inSlices(
        (slice) => slices.push(slice),
        () => Promise.resolve(),
      );
      await Promise.all(all.map(take));
      expect(slices.flatMap(lines)).toEqual(all.flatMap(lines));
      expect(Math.max(0, ...slices.map((slice) => slice.rows))).toBeLessThanOrEqual(256);
    }),
    { numRuns: 20 },
  );
});

test('it pauses before each slice, unless another batch waits; a batch is taken when its last slice is', async () => {
  const log: string[] = [];
  let goOn = (): void => undefined;
  const take = inSlices(
    ({ rows: count, worker }) => log.push(`${String(worker)}: ${String(count)}`),
    () => {
      log.push('pause');
      return new Promise<void>((resolve) => {
        goOn = resolve;
      });
    },
  );
  const batch = (worker: number, count: number): SampleBatch => toBatch(makeRows(count, 1, 1), worker);
  const first = take(batch(1, 600)).then(() => log.push('first'));
  await new Promise(setImmediate);
  expect(log).toEqual(['pause']);
  goOn();
  await new Promise(setImmediate);
  expect(log).toEqual(['pause', '1: 256', 'pause']);
  const second = take(batch(2, 300)).then(() => log.push('second'));
  goOn();
  await first;
  await new Promise(setImmediate);
  expect(log.slice(3)).toEqual(['1: 256', '1: 88', 'first', 'pause']);
  goOn();
  await new Promise(setImmediate);
  goOn();
  await second;
  expect(log.slice(7)).toEqual(['2: 256', 'pause', '2: 44', 'second']);
});
