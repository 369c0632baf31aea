import type { Backend, Capacity } from '../backends/backend.js';
import { HOURLY_KINDS, type Billing } from '../cost-terms.js';
import { messageOf, printable } from '../errors.js';
import type { CheckStep } from './check-step.js';

const PATIENCE_MS = 10_000;
const MOST_TOLD = 20;

/**
 * What the probe reports, which is nothing where it fails. That is a failure of the check only where the cost of a run hangs
 * on it: a service whose instances cost by the hour.
 */
export async function askProbe(
  backend: Backend,
  billing: Billing | null,
  tell: (step: CheckStep) => void,
): Promise<readonly Capacity[]> {
  const name = 'probe';
  const needed = billing?.model === 'hourly';
  try {
    const capacities = (await backend.probe?.(AbortSignal.timeout(PATIENCE_MS))) ?? [];
    if (needed && !capacities.some(({ kind }) => HOURLY_KINDS.some((hourly) => hourly === kind)))
      throw new Error(`${tellKinds(capacities)}: no count of instances`);
    tell({ name, state: 'ok', text: tellKinds(capacities), facts: { capacities } });
    return capacities;
  } catch (thrown) {
    const why = messageOf(thrown);
    if (needed)
      tell({
        name,
        state: 'failed',
        text: `${why}; a run would work, but its cost stays unknown: allow it to be read`,
      });
    else tell({ name, state: 'skipped', text: `${why}; no number of a run depends on it` });
    return [];
  }
}

function tellKinds(capacities: readonly Capacity[]): string {
  const kinds = capacities.slice(0, MOST_TOLD).map(({ kind, count }) => `${String(count)} x ${printable(kind, 60)}`);
  return kinds.length === 0 ? 'the service reports nothing' : kinds.join(', ');
}
