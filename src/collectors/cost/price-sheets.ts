import { readFile, stat } from 'node:fs/promises';
import { PRICE_UNITS, type PriceRow, type PriceSheet } from '../../cost-terms.js';
import { messageOf, printable, UserError } from '../../errors.js';
import { nearest } from '../../text/nearest.js';
import { SHEET as SHEET_2021_03 } from './prices/2021-03.js';
import { SHEET as SHEET_2026_11 } from './prices/2026-11.js';

/** The sheets that replay ships, oldest first. */
export const SHEETS: readonly PriceSheet[] = [SHEET_2021_03, SHEET_2026_11];

/** A shipped sheet by name, or one that comes from outside, checked. Throws `UserError`. */
export function sheetOf(prices: string | PriceSheet): PriceSheet {
  if (typeof prices !== 'string') return checkedSheet(prices, 'the price sheet of the run');
  const sheet = SHEETS.find(({ name }) => name === prices);
  if (sheet !== undefined) return sheet;
  const names = SHEETS.map(({ name }) => name).join(', ');
  throw new UserError(`no price sheet is named ${printable(prices, 60)}; give one of ${names}, or a .json file`);
}

/**
 * `--prices`: a shipped sheet by name, or a file `{ "name", "currency", "base", "rows" }`, whose rows go before those of
 * `base`. Throws `UserError`.
 */
export async function readPrices(text: string): Promise<string | PriceSheet> {
  if (!/\.json$|[/\\]/.test(text)) return sheetOf(text).name;
  const what = `the price sheet ${printable(text)}`;
  let raw: unknown;
  try {
    if ((await stat(text)).size > MOST_BYTES) throw new Error('it is larger than 4 MB');
    raw = JSON.parse(await readFile(text, 'utf8'));
  } catch (thrown) {
    throw new UserError(`${what}: ${messageOf(thrown)}; give a JSON file as docs/cost.md describes it`);
  }
  return checkedSheet(raw, what);
}

const MOST_BYTES = 4 * 2 ** 20;
const MOST_ROWS = 10_000;

function checkedSheet(raw: unknown, what: string): PriceSheet {
  const { name, currency = 'USD', base, rows } = record(raw, what);
  if (!Array.isArray(rows) || rows.length > MOST_ROWS) throw new UserError(`${what}: rows must be a list of prices`);
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency))
    throw new UserError(`${what}: currency must be three capital letters, such as USD`);
  const under = base === undefined ? undefined : sheetOf(textOf(base, `${what}: base`));
  if (under !== undefined && under.currency !== currency)
    throw new UserError(`${what}: its currency is ${currency}, that of its base ${under.currency}; use one`);
  const own = rows.map((row, i) => checkedRow(row, `${what}: row ${String(i)}`));
  return { name: textOf(name, `${what}: name`), currency, rows: [...own, ...(under?.rows ?? [])] };
}

function checkedRow(raw: unknown, what: string): PriceRow {
  const row = record(raw, what);
  const unit = PRICE_UNITS.find((known) => known === row['unit']);
  if (unit === undefined) throw new UserError(`${what}: unit must be one of ${PRICE_UNITS.join(', ')}`);
  const stepMs = optional(row['stepMs'], (value) => amount(value, `${what}: stepMs`, 3_600_000));
  if (stepMs === 0) throw new UserError(`${what}: stepMs must be above 0`);
  const minimumMs = optional(row['minimumMs'], (value) => amount(value, `${what}: minimumMs`, 86_400_000));
  const tiers = optional(row['tiers'], (value) => checkedTiers(value, `${what}: tiers`));
  return {
    id: textOf(row['id'], `${what}: id`),
    unit,
    price: amount(row['price'], `${what}: price`, 1e9),
    ...(tiers === undefined ? {} : { tiers }),
    ...(stepMs === undefined ? {} : { stepMs }),
    ...(minimumMs === undefined ? {} : { minimumMs }),
    ...(row['initBilled'] === undefined ? {} : { initBilled: row['initBilled'] === true }),
    region: textOf(row['region'], `${what}: region`),
    source: textOf(row['source'], `${what}: source`),
    date: textOf(row['date'], `${what}: date`),
    ...(row['unverified'] === true ? { unverified: true } : {}),
  };
}

function checkedTiers(raw: unknown, what: string): { from: number; price: number }[] {
  if (!Array.isArray(raw)) throw new UserError(`${what}: must be a list of {"from", "price"}`);
  const tiers = raw.map((tier: unknown) => {
    const { from, price } = record(tier, what);
    return { from: amount(from, `${what}: from`, Infinity), price: amount(price, `${what}: price`, 1e9) };
  });
  if (tiers.some(({ from }, i) => from <= (tiers[i - 1]?.from ?? 0)))
    throw new UserError(`${what}: must ascend from above 0`);
  return tiers;
}

function record(raw: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new UserError(`${what}: must be an object`);
  return raw as Readonly<Record<string, unknown>>;
}

function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function amount(value: unknown, what: string, most: number): number {
  if (typeof value === 'number' && value >= 0 && value <= most && value < Infinity) return value;
  throw new UserError(`${what}: must be a number, at least 0`);
}

function textOf(value: unknown, what: string): string {
  const text = typeof value === 'string' ? printable(value, 200) : '';
  if (text === '') throw new UserError(`${what}: must be a text`);
  return text;
}

/** The row of this id, in this region where one is given; or the reason why there is none. */
export function findRow(sheet: PriceSheet, id: string, region?: string): PriceRow | string {
  const rows = sheet.rows.filter((row) => row.id === id);
  const row = region === undefined ? rows[0] : rows.find((one) => one.region === region);
  if (row !== undefined) return row;
  const where =
    rows.length === 0 ? '' : ` in ${printable(region ?? '', 60)} (only in ${rows.map((one) => one.region).join(', ')})`;
  return `price sheet ${sheet.name} has no price for ${printable(id, 80)}${where}`;
}

/** The rows of a machine, `gcp:n1-standard-8+t4`: what is joined has the prefix of the first. Or why there are none. */
export function machineRows(sheet: PriceSheet, name: string, region?: string): readonly PriceRow[] | string {
  const [first = '', ...more] = name.split('+');
  const prefix = first.slice(0, first.indexOf(':') + 1);
  const found = [first, ...more.map((part) => prefix + part)].map((id) => findRow(sheet, id, region));
  const reason = found.find((row) => typeof row === 'string');
  if (reason !== undefined) return reason;
  const rows = found as readonly PriceRow[];
  const wrong = rows.find(({ unit }) => unit !== 'hour');
  return wrong === undefined ? rows : `${wrong.id} of price sheet ${sheet.name} is no price by the hour`;
}

/** The rows of a machine that the user named. Throws `UserError` when the sheet has none. */
export function askedMachineRows(sheet: PriceSheet, name: string): readonly PriceRow[] {
  const rows = machineRows(sheet, name);
  if (typeof rows !== 'string') return rows;
  const known = sheet.rows.filter(({ unit }) => unit === 'hour').map(({ id }) => id);
  const near = nearest(name, known);
  const hint = near === undefined ? `it has ${known.slice(0, 20).join(', ')}` : `did you mean ${near}?`;
  throw new UserError(`--machine ${printable(name, 80)}: ${rows}; ${hint}`);
}
