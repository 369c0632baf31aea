import { printable } from '../errors.js';
import { quoted } from './strict-json.js';

const TIME_UNITS = ['ms', 's', 'us', 'ns'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** Where times stand in rows, and the power of ten that makes them ms. */
export interface TimeColumn {
  readonly name: string;
  readonly shift: number;
}

const SHIFT: Readonly<Record<TimeUnit, number>> = { ms: 0, s: 3, us: -3, ns: -6 };

/**
 * The column of the times among `names`: the one the user named, else `at_ms` or `at_s`. Its unit is the one the user
 * gave, else the end of its name (`start_us`). A text says what is wrong and what to do.
 */
export function chooseTimeColumn(names: readonly string[], column?: string, unit?: TimeUnit): TimeColumn | string {
  const wanted = column === undefined ? ['at_ms', 'at_s'] : [column];
  const found = wanted.filter((name) => names.includes(name));
  const [name] = found;
  if (name === 'payload')
    return 'the column payload holds payload indexes, not times; rename it or choose another with --column';
  if (name === undefined)
    return `there is no ${wanted.map(quoted).join(' or ')} among ${listed(names)}; name the column of the times with --column`;
  if (found.length > 1) return 'both at_ms and at_s are there; choose with --column';
  const ending = TIME_UNITS.find((known) => name.endsWith(`_${known}`));
  const used = unit ?? ending;
  return used === undefined
    ? `the unit of ${quoted(name)} is not known; give it with --unit ${TIME_UNITS.join('|')}`
    : { name, shift: SHIFT[used] };
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'no names' : printable(names.slice(0, 8).map(quoted).join(', '), 200);
}
