import type { PriceRow } from '../../cost-terms.js';

/** What a reader should know of prices that a bill is made with. */
export function rowNotes(rows: readonly PriceRow[]): string[] {
  return rows
    .filter(({ unverified }) => unverified === true)
    .map(({ id, source }) => `The price of ${id} is unverified (${source}).`);
}
