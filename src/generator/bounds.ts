import { UserError, printable } from '../errors.js';

/** 31 years, as in trace files. */
export const MOST_DURATION_MS = 1e12;
/** Arrivals are indexed by uint32. */
export const MOST_ARRIVALS = 4294967295;
export const MOST_RATE_PER_SECOND = 1e9;
export const MOST_STATES = 64;

/** Returns `value` when it is a number in [least, most], else throws a `UserError` that names the field. */
export function numberWithin(value: unknown, field: string, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new UserError(`${field}: give a number from ${String(least)} to ${String(most)}, not ${shown(value)}`);
}

/** The same for whole numbers. */
export function integerWithin(value: unknown, field: string, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UserError(`${field}: give a whole number from ${String(least)} to ${String(most)}, not ${shown(value)}`);
}

/** A rate above 0; the floor keeps 1000 / rate far from overflow. */
export function positiveRate(value: unknown, field: string): number {
  return numberWithin(value, field, 1e-9, MOST_RATE_PER_SECOND);
}

/** A value from outside, as a message shows it; of lists and objects only that they are. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${printable(value, 40)}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'null' : value === undefined ? 'nothing' : `a value of type ${typeof value}`;
}
