import type { Billing, PriceRow, PriceSheet } from '../cost-terms.js';
import { price, type Quantity } from '../collectors/cost/price.js';
import { machineRows, sheetOf } from '../collectors/cost/price-sheets.js';
import { isRequestModel, tariffOf } from '../collectors/cost/tariff.js';
import { UserError } from '../errors.js';
import type { Metered } from './draw-summary.js';

export interface DrawCost {
  /** Without the fee per request, in the sheet's currency. */
  readonly usd: number;
  /** What a bill holds. */
  readonly usdWithRequestFee: number;
}

const MS_PER_HOUR = 3_600_000;

/** What the quantities of a draw cost, by the same rows and rules as those of a run. Throws `UserError` where a price is missing. */
export function costOfDraw(metered: Metered, billing: Billing, prices: string | PriceSheet): DrawCost {
  const quantities = quantitiesOf(metered, billing, sheetOf(prices));
  const fees = quantities.filter(({ row }) => row.unit === 'request');
  const usdWithRequestFee = price(quantities).total;
  return { usd: usdWithRequestFee - price(fees).total, usdWithRequestFee };
}

function quantitiesOf(metered: Metered, billing: Billing, sheet: PriceSheet): Quantity[] {
  const { model } = billing;
  if (isRequestModel(model)) return billedRequests(metered, { ...billing, model }, sheet);
  if (model === 'none') return [];
  const rows = machineRows(sheet, billing.machine ?? '');
  if (typeof rows === 'string') throw new UserError(rows);
  return rows.map((row) => exactly(row.id, row, metered.instanceMs / MS_PER_HOUR));
}

function billedRequests(metered: Metered, billing: Parameters<typeof tariffOf>[0], sheet: PriceSheet): Quantity[] {
  const tariff = tariffOf(billing, sheet);
  if (!('meters' in tariff)) throw new UserError(tariff.join('; '));
  // Where calls share an instance, its time is billed, not theirs.
  const timeMs = billing.model === 'cloud-run' ? metered.activeMs : metered.billedMs;
  return tariff.meters.map(({ what, row, quantaPerUnit, perMs }) => {
    const quanta = perMs === undefined ? metered.requests : timeMs * perMs(tariff.memoryMb);
    return exactly(what, row, quanta / quantaPerUnit);
  });
}

function exactly(what: string, row: PriceRow, units: number): Quantity {
  return { what, row, low: units, expected: units, high: units };
}
