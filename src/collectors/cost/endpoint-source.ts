import type { Billing, PriceRow, PriceSheet } from '../../cost-terms.js';
import { printable } from '../../errors.js';
import type { RunEnd } from '../../run.js';
import { capacitySteps, integrate, kindSteps, spreadOver, toldKinds, type CapacityStep } from '../capacity.js';
import { NOTHING, unknownBill, type Source } from './bill-source.js';
import { EXCLUDED } from './excluded.js';
import { MS_PER_HOUR } from './ms-per-hour.js';
import type { Quantity } from './price.js';
import { machineRows } from './price-sheets.js';
import { rowNotes } from './row-notes.js';

/** Every provisioned instance by the hour, over [first due, last done]; what comes after is the tail. */
export function endpointSource(billing: Billing, sheet: PriceSheet): Source {
  const billedOf = hourlyRows(billing, sheet);
  if (typeof billedOf === 'string') return unknownBill(billedOf);
  return {
    charge(seen, end) {
      const [fromMs, toMs] = seen.span();
      const billed = billedOf(end);
      if (typeof billed === 'string') return { ...NOTHING, reason: billed, excluded: EXCLUDED.hourly };
      const lastMs = Math.max(toMs, ...billed.map(({ steps }) => steps.at(-1)?.atMs ?? 0));
      return {
        quantities: billed.map((one) => instanceHours(one, fromMs, toMs, 'instances')),
        tail: billed.map((one) => instanceHours(one, toMs, lastMs, 'scale-in tail')),
        coldStarts: [],
        reason: null,
        notes: [...failedNotes(end), ...rowNotes(billed.map(({ row }) => row))],
        excluded: EXCLUDED.hourly,
      };
    },
    spread(perSecond, seen, end) {
      const [fromMs, toMs] = seen.span();
      const billed = billedOf(end);
      if (typeof billed === 'string') return;
      for (const { row, steps } of billed) spreadOver(perSecond, steps, fromMs, toMs, row.price / MS_PER_HOUR);
    },
  };
}

/** Something with a price by the hour, and how many of it there were. */
interface HourlyRow {
  readonly row: PriceRow;
  readonly steps: readonly CapacityStep[];
}

/** Of the machine that the user names, else of each kind that the probe reports; or why it is unknown. */
function hourlyRows(
  { machine, machinePrefix, region }: Billing,
  sheet: PriceSheet,
): ((end: RunEnd) => readonly HourlyRow[] | string) | string {
  if (machine === undefined && machinePrefix === undefined)
    return 'the backend does not say which machine an instance is';
  if (machine === undefined) return (end) => toldRows(String(machinePrefix), region, sheet, end);
  const rows = machineRows(sheet, machine, region);
  if (typeof rows === 'string') return rows;
  return (end) => {
    const steps = capacitySteps(end.capacity ?? []);
    return steps.length === 0 ? noReading(end) : rows.map((row) => ({ row, steps }));
  };
}

function toldRows(
  prefix: string,
  region: string | undefined,
  sheet: PriceSheet,
  end: RunEnd,
): readonly HourlyRow[] | string {
  const { capacity = [] } = end;
  if (capacitySteps(capacity).length === 0) return noReading(end);
  const told = toldKinds(capacity).map((kind) => ({ kind, rows: machineRows(sheet, `${prefix}:${kind}`, region) }));
  const missing = told.find(({ rows }) => typeof rows === 'string')?.rows;
  if (typeof missing === 'string') return missing;
  return told.flatMap(({ kind, rows }) =>
    (rows as readonly PriceRow[]).map((row) => ({ row, steps: kindSteps(capacity, kind) })),
  );
}

function instanceHours({ row, steps }: HourlyRow, fromMs: number, toMs: number, what: string): Quantity {
  const { low, expected, high } = integrate(steps, fromMs, toMs);
  const hours = { low: low / MS_PER_HOUR, expected: expected / MS_PER_HOUR, high: high / MS_PER_HOUR };
  return { what: `${row.id}, ${what}`, row, ...hours };
}

function noReading({ capacity = [] }: RunEnd): string {
  const failed = capacity.find((reading) => 'failed' in reading);
  const why = failed === undefined ? 'the backend did not tell' : printable(failed.failed, 200);
  return `the number of instances is unknown: ${why}`;
}

function failedNotes({ capacity = [] }: RunEnd): string[] {
  const failed = capacity.filter((reading) => 'failed' in reading).length;
  if (failed === 0) return [];
  return [`${String(failed)} of ${String(capacity.length)} readings of the capacity failed; the one before holds on.`];
}
