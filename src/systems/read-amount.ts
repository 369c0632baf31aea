import { printable } from '../errors.js';
import { parseDurationMs, parseRatePerSecond } from '../text/quantities.js';
import type { ParameterUnit } from './system.js';
import { faultAt, type Tree } from './tree.js';

/** What a number may be. */
export interface Bounds {
  readonly unit: ParameterUnit;
  /** Where the file says nothing; absent: it must. */
  readonly otherwise?: number;
  readonly whole?: boolean;
  /** 0 makes no sense. */
  readonly positive?: boolean;
  readonly most?: number;
}

export const EXAMPLES: Readonly<Record<ParameterUnit, string>> = {
  ms: 'a length such as 20ms',
  '/s': 'a rate such as 30/s',
  count: 'a number',
  share: 'a number such as 0.1',
};

export function amountOf(
  tree: Tree,
  path: string,
  { unit, whole = false, positive = false, most = Infinity }: Bounds,
): number {
  const value = numberIn(tree, path, unit);
  if (Number.isNaN(value)) throw faultAt(tree, path, `expects ${EXAMPLES[unit]}`);
  if (value < 0) throw faultAt(tree, path, `must not be negative; give ${EXAMPLES[unit]}`);
  if (positive && value === 0) throw faultAt(tree, path, 'must be above 0');
  if (value > most) throw faultAt(tree, path, `must be at most ${String(most)}`);
  if (whole && value !== Infinity && !Number.isInteger(value)) throw faultAt(tree, path, 'must be a whole number');
  return value;
}

function numberIn(tree: Tree, path: string, unit: ParameterUnit): number {
  if (tree.kind !== 'scalar' || tree.value === null) return NaN;
  const { value } = tree;
  if (value === 'unlimited') return Infinity;
  const text = String(value).trim();
  if (/^-\d/.test(text)) return -1;
  try {
    if (unit === 'ms') return parseDurationMs(text);
    if (unit === '/s') return parseRatePerSecond(text);
  } catch (thrown) {
    throw faultAt(tree, path, `${printable(text, 40)}: ${thrown instanceof Error ? thrown.message : ''}`);
  }
  return text === '' ? NaN : Number(text);
}
