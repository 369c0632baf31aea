import { quantile } from './spread.js';

/** A batch of n takes (1 + this x (n - 1)) times as long as one: the middle of what the sizes give, from 0 to 1. */
export function marginalOf(
  oneMs: number,
  batches: readonly { readonly size: number; readonly ms: readonly number[] }[],
): number | undefined {
  const each = batches.map(({ size, ms }) => (quantile(ms, 0.5) / oneMs - 1) / (size - 1)).sort((a, b) => a - b);
  return each.length === 0 ? undefined : Math.min(1, Math.max(0, quantile(each, 0.5)));
}
