import { Flags } from '@oclif/core';
import { LATEST_PRICES, type PriceSheet, type RentedMachine } from '../cost-terms.js';
import { UserError } from '../errors.js';
import { textFlag, wholeNumber } from './text-flag.js';

/** The flags of everything that prices a run. */
export const COST_FLAGS = {
  prices: Flags.string({ description: 'price sheet: 2021-03, 2026-11 (the default), or a .json file' }),
  machine: Flags.string({
    description: 'a machine of your own that serves the run, such as aws:t2.2xlarge or gcp:n1-standard-8+t4',
  }),
  count: textFlag('count', wholeNumber(1, 10_000))({ description: 'how many of --machine; 1 unless given' }),
};

export interface GivenTerms {
  readonly prices?: string | PriceSheet;
  readonly machine?: RentedMachine;
}

/** Reads the sheet, and refuses a machine that it does not price, before anything is sent. `otherwise`: the sheet when none is given, where that is known. */
export async function givenTerms(
  flags: {
    readonly prices: string | undefined;
    readonly machine: string | undefined;
    readonly count: number | undefined;
  },
  otherwise?: string,
): Promise<GivenTerms> {
  const { machine: name, count } = flags;
  if (name === undefined && count !== undefined)
    throw new UserError('--count counts machines; name one with --machine');
  if (name === undefined && flags.prices === undefined) return {};
  const { askedMachineRows, readPrices, sheetOf } = await import('../collectors/cost/price-sheets.js');
  const prices = flags.prices === undefined ? undefined : await readPrices(flags.prices);
  const sheet = prices ?? otherwise;
  if (name !== undefined && sheet !== undefined) askedMachineRows(sheetOf(sheet), name);
  return {
    ...(prices === undefined ? {} : { prices }),
    ...(name === undefined ? {} : { machine: { name, count: count ?? 1 } }),
  };
}

export interface Budget {
  readonly amount: number;
  /** Capital letters; absent: that of the sheet. */
  readonly currency?: string;
}

/** `5usd`, `0.50 EUR`, `5`. */
export function parseBudget(text: string): Budget {
  const [, amount, currency] = /^(\d+(?:\.\d+)?)\s*([a-z]{3})?$/i.exec(text.trim()) ?? [];
  if (!(Number(amount) > 0)) throw new Error('give an amount above 0, such as 5usd');
  return { amount: Number(amount), ...(currency === undefined ? {} : { currency: currency.toUpperCase() }) };
}

/** The budget in the currency of the sheet. */
export async function givenBudget(
  budget: Budget | undefined,
  prices: string | PriceSheet = LATEST_PRICES,
): Promise<{ readonly budget?: number }> {
  if (budget === undefined) return {};
  const { sheetOf } = await import('../collectors/cost/price-sheets.js');
  const { name, currency } = sheetOf(prices);
  if (budget.currency !== undefined && budget.currency !== currency)
    throw new UserError(`--budget: price sheet ${name} is in ${currency}; give the amount in it`);
  return { budget: budget.amount };
}
