import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { price, type Quantity } from '#src/collectors/cost/price';
import { askedMachineRows, findRow, machineRows, readPrices, sheetOf, SHEETS } from '#src/collectors/cost/price-sheets';
import type { PriceRow } from '#src/cost-terms';
import { UserError } from '#src/errors';

const ROW: PriceRow = { id: 'a:b', unit: 'hour', price: 0.25, region: 'here', source: 'a test', date: '2026-01-01' };
const exactly = (row: PriceRow, n: number): Quantity => ({ what: row.id, row, low: n, expected: n, high: n });

const amounts = fc.double({ min: 0, max: 1e12, noNaN: true });
const rows = fc
  .record({ price: fc.double({ min: 0, max: 1e3, noNaN: true }), tiered: fc.boolean() })
  .map((of): PriceRow => ({
    ...ROW,
    price: of.price,
    ...(of.tiered
      ? {
          tiers: [
            { from: 10, price: of.price / 2 },
            { from: 1e6, price: of.price / 3 },
          ],
        }
      : {}),
  }));

describe('price', () => {
  test('is never negative, and low <= total <= high', () => {
    fc.assert(
      fc.property(rows, fc.tuple(amounts, amounts, amounts), (row, three) => {
        const [low = 0, expected = 0, high = 0] = [...three].sort((a, b) => a - b);
        const bill = price([{ what: 'x', row, low, expected, high }]);
        for (const { cost, quantity } of bill.items) expect(Math.min(cost, quantity)).toBeGreaterThanOrEqual(0);
        expect(bill.low).toBeLessThanOrEqual(bill.total);
        expect(bill.total).toBeLessThanOrEqual(bill.high);
        expect(bill.items.every(({ estimated }) => estimated)).toBe(low !== expected || high !== expected);
      }),
    );
  });

  test('grows with each quantity, also across tiers', () => {
    fc.assert(
      fc.property(rows, amounts, amounts, (row, a, b) => {
        const less = price([exactly(row, Math.min(a, b))]).total;
        expect(price([exactly(row, Math.max(a, b))]).total).toBeGreaterThanOrEqual(less * (1 - 1e-12));
      }),
    );
  });

  test('of parts adds up to that of the whole, up to the first tier', () => {
    const parts = fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(rows, parts, (row, some) => {
        const plain = { ...row, tiers: [] };
        const whole = price([
          exactly(
            plain,
            some.reduce((sum, n) => sum + n, 0),
          ),
        ]).total;
        const sum = price(some.map((n) => exactly(plain, n))).total;
        expect(Math.abs(sum - whole)).toBeLessThanOrEqual(1e-12 * whole);
      }),
    );
  });

  test('of tiers is an item each: 20 hours at 0.25 up to 10, then 0.1', () => {
    const { items, total } = price([exactly({ ...ROW, tiers: [{ from: 10, price: 0.1 }] }, 20)]);
    expect(items.map(({ quantity, unitPrice }) => [quantity, unitPrice])).toEqual([
      [10, 0.25],
      [10, 0.1],
    ]);
    expect(total).toBe(3.5);
  });
});

describe('the sheets that are shipped', () => {
  test.each(SHEETS.map((sheet) => [sheet.name, sheet] as const))(
    '%s passes the check of foreign sheets',
    (_, sheet) => {
      expect(sheetOf(JSON.parse(JSON.stringify(sheet)) as typeof sheet)).toEqual(sheet);
      const keys = sheet.rows.map(({ id, region }) => `${id} ${region}`);
      expect(new Set(keys).size).toBe(keys.length);
      for (const { date, source } of sheet.rows) {
        expect(date).toMatch(/^20\d\d(-\d\d){0,2}$/);
        expect(source.length).toBeGreaterThan(5);
      }
    },
  );

  test('a 2048 MB 1st-gen function costs 2.9e-6 for each 100 ms, as its provider tabulated', () => {
    for (const sheet of SHEETS) {
      const [memory, clock] = ['gb', 'ghz'].map((unit) => findRow(sheet, `functions-gen1:${unit}-second`) as PriceRow);
      expect(0.2 * (memory?.price ?? NaN) + 0.24 * (clock?.price ?? NaN)).toBeCloseTo(2.9e-6, 15);
    }
  });

  test('an n1-standard-8 is the sum of its parts', () => {
    for (const sheet of SHEETS) {
      expect((findRow(sheet, 'gcp:n1-standard-8') as PriceRow).price).toBeCloseTo(8 * 0.031611 + 30 * 0.004237, 12);
    }
  });
});

describe('rows', () => {
  const sheet = sheetOf('2026-11');
  test('a joined machine is the rows of its parts', () => {
    expect((machineRows(sheet, 'gcp:n1-standard-8+t4+t4') as readonly PriceRow[]).map(({ id }) => id)).toEqual([
      'gcp:n1-standard-8',
      'gcp:t4',
      'gcp:t4',
    ]);
  });
  test('what is missing is a reason; where the user asked for it, an error with the nearest', () => {
    expect(machineRows(sheet, 'aws:t2.2xlarge', 'eu-west-1')).toMatch(/eu-west-1 \(only in us-east-1\)/);
    expect(machineRows(sheet, 'lambda:gb-second')).toMatch(/no price by the hour/);
    expect(() => askedMachineRows(sheet, 'gcp:n1-standard-8+t5')).toThrow(UserError);
    expect(() => askedMachineRows(sheet, 'aws:t2.2xlargo')).toThrow(/did you mean aws:t2\.2xlarge\?/);
    expect(() => sheetOf('2020-01')).toThrow(/2021-03, 2026-11/);
  });
});

describe('a sheet of the user', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'prices-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const read = (content: unknown) => {
    const path = join(folder, 'sheet.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return readPrices(path);
  };

  test('goes before the rows of its base', async () => {
    const own = { ...ROW, id: 'aws:t2.2xlarge', price: 0.5 };
    const sheet = sheetOf(await read({ name: 'mine', base: '2026-11', rows: [own] }));
    expect((findRow(sheet, 'aws:t2.2xlarge') as PriceRow).price).toBe(0.5);
    expect((findRow(sheet, 'aws:t2.2xlarge', 'us-east-1') as PriceRow).price).toBe(0.3712);
    expect(await readPrices('2021-03')).toBe('2021-03');
  });

  test.each([
    ['no JSON', '{'],
    ['no object', [1]],
    ['no rows', { name: 'x' }],
    ['no name', { rows: [] }],
    ['a negative price', { name: 'x', rows: [{ ...ROW, price: -1 }] }],
    ['a price that is no number', { name: 'x', rows: [{ ...ROW, price: '1' }] }],
    ['an unknown unit', { name: 'x', rows: [{ ...ROW, unit: 'day' }] }],
    ['a step of nothing', { name: 'x', rows: [{ ...ROW, stepMs: 0 }] }],
    ['tiers that do not ascend', { name: 'x', rows: [{ ...ROW, tiers: [{ from: 0, price: 1 }] }] }],
    ['a strange currency', { name: 'x', currency: 'dollars', rows: [] }],
    ['another currency than its base', { name: 'x', currency: 'EUR', base: '2026-11', rows: [] }],
  ])('with %s is refused in one line', async (_, content) => {
    await expect(read(content)).rejects.toThrow(UserError);
    await expect(read(content)).rejects.toThrow(/^the price sheet .*sheet\.json.*[^\n]$/);
  });
});
