import type { Billing, PriceSheet } from '../../cost-terms.js';
import { printable } from '../../errors.js';
import type { Plan, RunEnd } from '../../run.js';
import { toldKinds } from '../capacity.js';
import { NOTHING, unknownBill, type Source } from './bill-source.js';
import { endpointSource } from './endpoint-source.js';
import { EXCLUDED } from './excluded.js';
import { InvocationCounts } from './invocation-counts.js';
import { rowNotes } from './row-notes.js';
import { isRequestModel, tariffOf } from './tariff.js';

/** The bill of the service itself. `hasMachine`: a machine is paid for instead. */
export function serviceSource(billing: Billing | null, sheet: PriceSheet, plan: Plan, hasMachine: boolean): Source {
  if (billing === null || billing.model === 'none')
    return hasMachine
      ? { charge: () => NOTHING, spread: () => undefined }
      : unknownBill('the backend has no prices of its own; name the machine that serves it with --machine');
  if (billing.model === 'hourly') return endpointSource(billing, sheet);
  const { model } = billing;
  if (!isRequestModel(model)) return unknownBill(`the billing of ${printable(String(model), 60)} is unknown`);
  const tariff = tariffOf({ ...billing, model }, sheet);
  if (!('meters' in tariff)) return unknownBill(tariff.join('; '));
  const counts = new InvocationCounts(tariff, plan);
  return {
    counts,
    charge: (_seen, end, underWay = 0) => ({
      quantities: counts.quantities(underWay),
      coldStarts: counts.coldStarts(),
      reason: counts.reason(underWay),
      notes: [
        ...tariff.notes,
        ...(model === 'lambda' && hasProvisioned(end) ? [PROVISIONED] : []),
        ...rowNotes(tariff.meters.map(({ row }) => row)),
      ],
      excluded: EXCLUDED[model],
    }),
    spread: (perSecond) => {
      counts.spread(perSecond);
    },
  };
}

const PROVISIONED =
  'Provisioned concurrency was allocated: it costs by the hour, and its invocations have a lower price. Neither is in this bill, which prices every invocation on demand.';

function hasProvisioned({ capacity = [] }: RunEnd): boolean {
  return toldKinds(capacity).some((kind) => kind.startsWith('provisioned-concurrency:'));
}
