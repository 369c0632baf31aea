import type { CostTerms, PriceRow, PriceSheet } from '../../cost-terms.js';
import type { Plan, RunEnd } from '../../run.js';
import { spreadOver } from '../capacity.js';
import { NOTHING, type Source } from './bill-source.js';
import { EXCLUDED } from './excluded.js';
import { MS_PER_HOUR } from './ms-per-hour.js';
import type { Quantity } from './price.js';
import { askedMachineRows } from './price-sheets.js';
import { rowNotes } from './row-notes.js';

/**
 * A machine of the user's own: for as long as the trace or the run lasts, whichever is longer. Throws `UserError` where the sheet
 * has no price for it.
 */
export function machineSource({ machine }: CostTerms, sheet: PriceSheet, plan: Plan): Source | undefined {
  if (machine === null) return undefined;
  const rows = askedMachineRows(sheet, machine.name);
  const { count } = machine;
  const lengthMs = ({ endedMs }: RunEnd): number => Math.max(plan.durationMs, endedMs);
  return {
    charge: (_seen, end) => ({
      ...NOTHING,
      quantities: rows.flatMap((row) => machineHours(row, count, lengthMs(end))),
      notes: rowNotes(rows),
      excluded: EXCLUDED.machine,
    }),
    spread(perSecond, _seen, end) {
      const steps = [{ atMs: 0, count }];
      for (const row of rows) spreadOver(perSecond, steps, 0, lengthMs(end), row.price / MS_PER_HOUR);
    },
  };
}

function machineHours(row: PriceRow, count: number, lengthMs: number): Quantity[] {
  const missingMs = Math.max(0, (row.minimumMs ?? 0) - lengthMs);
  const line = (what: string, ms: number): Quantity => {
    const hours = (count * ms) / MS_PER_HOUR;
    return { what, row, low: hours, expected: hours, high: hours };
  };
  const minimum = `${row.id}, up to the least time that is billed`;
  return [line(row.id, lengthMs), ...(missingMs > 0 ? [line(minimum, missingMs)] : [])];
}
