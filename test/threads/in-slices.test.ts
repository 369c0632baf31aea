import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inSlices } from '#src/threads/in-slices';
import { USAGE_NAMES, type SampleBlock, type UsageColumns } from '#src/sample';
import { makeRows, seeds, toBlock } from '../collectors/sample-rows.js';

const blocks = fc.array(
  fc
    .record({ count: fc.nat({ max: 1000 }), seed: seeds, withUsage: fc.boolean(), batched: fc.boolean() })
    .map(({ count, seed, withUsage, batched }) => {
      const block = toBlock(makeRows(count, seed, 1));
      return {
        ...block,
        ...(withUsage ? { usage: usageOf(block) } : {}),
        ...(batched ? { invocation: block.seq.map((seq) => seq + 1) } : {}),
      };
    }),
  { maxLength: 4 },
);

function usageOf({ rows: count }: SampleBlock): UsageColumns {
  const columns = USAGE_NAMES.map((name, i) => [name, Float64Array.from({ length: count }, (_, row) => i + row / 7)]);
  return Object.fromEntries(columns) as UsageColumns;
}

/** Everything a block says of each of its rows. */
function lines(block: SampleBlock): unknown[] {
  const { rows: count, worker, usage, details, ...columns } = block;
  return Array.from({ length: count }, (_, row) => [
    worker,
    ...Object.entries(columns).map(([name, column]) => [name, column[row]]),
    ...Object.entries(usage ?? {}).map(([name, column]) => [name, column[row]]),
    details.find((detail) => detail.row === row)?.text,
  ]);
}

const breathers = fc.option(
  fc.infiniteStream(fc.nat({ max: 300 })).map((passing) => {
    let nowMs = 0;
    return { pause: () => Promise.resolve(), now: () => (nowMs += passing.next().value as number) };
  }),
  { nil: undefined },
);

test('whatever comes is taken whole, once and in order, a little at a time', async () => {
  await fc.assert(
    fc.asyncProperty(blocks, breathers, async (all, breather) => {
      const slices: SampleBlock[] = [];
      const take = inSlices((slice) => slices.push(slice), breather);
      await Promise.all(all.map(take));
      expect(slices.flatMap(lines)).toEqual(all.flatMap(lines));
      if (breather === undefined) expect(Math.max(0, ...slices.map((slice) => slice.rows))).toBeLessThanOrEqual(256);
    }),
    { numRuns: 20 },
  );
});

test('it pauses before each slice, which is as many times as large as blocks wait; a block is taken when its last slice is', async () => {
  const log: string[] = [];
  let goOn = (): void => undefined;
  const pause = (): Promise<void> => {
    log.push('pause');
    return new Promise<void>((resolve) => {
      goOn = resolve;
    });
  };
  const take = inSlices(({ rows: count, worker }) => log.push(`${String(worker)}: ${String(count)}`), {
    pause,
    now: () => 0,
  });
  const block = (worker: number, count: number): SampleBlock => toBlock(makeRows(count, 1, 1), worker);
  const first = take(block(1, 97)).then(() => log.push('first'));
  await new Promise(setImmediate);
  expect(log).toEqual(['pause']);
  goOn();
  await new Promise(setImmediate);
  expect(log).toEqual(['pause', '1: 32', 'pause']);
  const second = take(block(2, 40)).then(() => log.push('second'));
  goOn();
  await new Promise(setImmediate);
  expect(log.slice(3)).toEqual(['1: 64', 'pause']);
  goOn();
  await first;
  await new Promise(setImmediate);
  expect(log.slice(5)).toEqual(['1: 1', 'first', 'pause']);
  goOn();
  await second;
  expect(log.slice(8)).toEqual(['2: 40', 'second']);
});

test.each([
  [250, 4000, 40],
  [100, 4000, 100],
  [25, 4000, 400],
  [1, 4000, 4000],
  [250, 1000, 32],
])(
  'blocks every %d ms of %d rows are taken %d rows at a time: there is time for a pause before each',
  async (everyMs, count, rows) => {
    let nowMs = 0;
    const taken: number[] = [];
    const take = inSlices((slice) => taken.push(slice.rows), { pause: () => Promise.resolve(), now: () => nowMs });
    await take(toBlock(makeRows(1, 1, 1)));
    nowMs += everyMs;
    await take(toBlock(makeRows(count, 1, 1)));
    expect(Math.max(...taken)).toBe(rows);
  },
);

test('when many blocks wait, they are taken without a pause', async () => {
  let pauses = 0;
  const take = inSlices(() => undefined, { pause: () => Promise.resolve(void pauses++), now: () => 0 });
  await Promise.all(Array.from({ length: 20 }, () => take(toBlock(makeRows(100, 1, 1)))));
  // The last four alone are fewer than that.
  expect(pauses).toBeLessThanOrEqual(4 * 4);
});
