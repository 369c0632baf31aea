import type { PriceRow } from '../../cost-terms.js';
import type { CostItem } from '../../report.js';

/** An amount of something that has a price, in the units of its row: an interval, and what is expected within it. */
export interface Quantity {
  readonly what: string;
  readonly row: PriceRow;
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

export interface Bill {
  readonly items: readonly CostItem[];
  readonly total: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The one place where quantities become money, whatever they are of: requests, GB-seconds, hours of an instance. Pure;
 * never negative; no quantity that grows lowers the bill; up to a row's first tier, bills of parts add up to that of the whole.
 */
export function price(quantities: readonly Quantity[]): Bill {
  const items = quantities.flatMap(itemsOf);
  return {
    items,
    total: sum(items.map(({ cost }) => cost)),
    low: sum(quantities.map(({ row, low }) => costOf(row, low))),
    high: sum(quantities.map(({ row, high }) => costOf(row, high))),
  };
}

/** One item, or one for each tier that the quantity reaches. */
function itemsOf({ what, row, low, expected, high }: Quantity): CostItem[] {
  const estimated = low !== expected || high !== expected;
  return portions(row, expected).map(({ quantity, unitPrice }) => ({
    what,
    quantity,
    unit: row.unit,
    unitPrice,
    cost: quantity * unitPrice,
    estimated,
  }));
}

function costOf(row: PriceRow, quantity: number): number {
  return sum(portions(row, quantity).map((portion) => portion.quantity * portion.unitPrice));
}

/** What of a quantity falls into each tier; the first always, also when it is 0. */
function portions(row: PriceRow, quantity: number): { quantity: number; unitPrice: number }[] {
  const steps = [{ from: 0, price: row.price }, ...(row.tiers ?? [])];
  return steps.flatMap(({ from, price: unitPrice }, i) => {
    if (i > 0 && quantity <= from) return [];
    return [{ quantity: Math.min(quantity, steps[i + 1]?.from ?? Infinity) - from, unitPrice }];
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
