import type { LoggedInvocations } from '../../cloud-record.js';
import type { CostTerms } from '../../cost-terms.js';
import type { Plan } from '../../run.js';
import { blankBlock, COLD_STARTS, usageOf, type SampleBlock } from '../../sample.js';
import { InvocationCounts } from './invocation-counts.js';
import { price, type Quantity } from './price.js';
import { sheetOf } from './price-sheets.js';
import { isRequestModel, type Tariff, tariffOf } from './tariff.js';

/** A bill from the cloud's own counts. */
export interface MeteredCost {
  readonly quantities: readonly { readonly what: string; readonly quantity: number; readonly unit: string }[];
  readonly total: number;
  readonly currency: string;
}

/** Each report of the log billed as an invocation that reported its usage; null where there is no price. */
export function costOfLog(logged: LoggedInvocations, terms: CostTerms, plan: Plan): MeteredCost | null {
  const tariff = knownTariff(terms);
  if (tariff === null) return null;
  const counts = new InvocationCounts(tariff, { ...plan, duePerSecond: [] });
  counts.add(asBlock(logged));
  return counts.reason(0) === null ? priced(counts.quantities(0), terms) : null;
}

/** Instance time and requests as they were metered (Cloud Run); null where memory or price is not known. */
export function costOfInstanceTime(seconds: number, requests: number, terms: CostTerms): MeteredCost | null {
  const tariff = terms.billing?.model === 'cloud-run' ? knownTariff(terms) : null;
  if (tariff === null || Number.isNaN(tariff.memoryMb)) return null;
  const quantities = tariff.meters.map(({ what, row, quantaPerUnit, perMs }) => {
    const units = perMs === undefined ? requests : (seconds * 1000 * perMs(tariff.memoryMb)) / quantaPerUnit;
    return { what, row, low: units, expected: units, high: units };
  });
  return priced(quantities, terms);
}

function knownTariff({ billing, prices }: CostTerms): Tariff | null {
  if (billing === null || !isRequestModel(billing.model)) return null;
  const tariff = tariffOf({ ...billing, model: billing.model }, sheetOf(prices));
  return 'meters' in tariff ? tariff : null;
}

function priced(quantities: readonly Quantity[], { prices }: CostTerms): MeteredCost {
  return {
    quantities: quantities.map(({ what, row, expected }) => ({ what, quantity: expected, unit: row.unit })),
    total: price(quantities).total,
    currency: sheetOf(prices).currency,
  };
}

/** As samples of successes, so that the very same rules bill them. */
function asBlock(logged: LoggedInvocations): SampleBlock {
  const { durationMs, billedMs, initMs, restoreMs, memoryMb } = logged;
  const rows = durationMs.length;
  const column = (values: readonly (number | null)[]): Float64Array =>
    Float64Array.from(values, (value) => value ?? NaN);
  const [none, unknown] = [new Float64Array(rows), new Float64Array(rows).fill(NaN)];
  const isCold = (i: number): boolean => initMs[i] !== null || restoreMs[i] !== null;
  return {
    ...blankBlock(rows),
    ...{ dueMs: none, releaseMs: none, handedMs: none, sentMs: none, doneMs: none, doneEarliestMs: none },
    coldStart: Uint8Array.from(durationMs, (_, i) => COLD_STARTS.indexOf(isCold(i) ? 'cold' : 'warm')),
    usage: {
      ...usageOf(() => unknown),
      durationMs: column(durationMs),
      billedMs: column(billedMs),
      initMs: column(initMs),
      restoreMs: column(restoreMs),
      memoryMb: column(memoryMb),
    },
  };
}
