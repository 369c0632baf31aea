import type { CostItem, CostSection } from '../../report.js';
import {
  amount,
  described,
  limited,
  list,
  named,
  nullable,
  object,
  text,
  truth,
  type ObjectShape,
} from '../../shape.js';

export const ITEM: ObjectShape<CostItem> = object<CostItem>({
  what: text,
  quantity: amount,
  unit: text,
  unitPrice: amount,
  cost: amount,
  estimated: described('The quantity is a guess or a bound.', truth),
});

export const COST_SHAPE: ObjectShape<CostSection> = named(
  'cost',
  object<CostSection>({
    currency: limited({ pattern: '^[A-Z]{3}$' }, text),
    total: described('Unrounded; null where unknown, and reason says why.', nullable(amount)),
    low: nullable(amount),
    high: nullable(amount),
    perMillionRequests: nullable(amount),
    perMillionSuccesses: nullable(amount),
    items: list(ITEM),
    coldStarts: described('The part of the total that went into billed start-up time.', nullable(amount)),
    scaleInTail: described(
      'Provisioned after the last answer, up to the last reading; not in the total.',
      nullable(amount),
    ),
    sheet: text,
    reason: nullable(text),
    notes: list(text),
    excluded: list(text),
  }),
);
