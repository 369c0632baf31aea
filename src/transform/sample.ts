import { UserError } from '../errors.js';
import { seededRandom } from '../generator/random.js';
import { valueAt } from '../trace-file/read-rows.js';
import { counted } from '../text/counted.js';
import { changed } from './transforms.js';
import type { Traffic, Transformed } from './traffic.js';

/** Groups of arrivals, the one with the fewest first. */
interface Groups {
  readonly names: readonly string[];
  readonly counts: Float64Array;
}

const MOST_GROUPS = 5_000_000;
/** Orders that are tried, and the shares at which they are judged: none depends on the share asked for, so that samples are nested. */
const ORDERS = 8;
const JUDGED_AT = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

/**
 * The arrivals of a share of the values of a column (functions, sessions), chosen so that how busy they are is distributed as in the
 * whole: nearest in Wasserstein distance. With one seed a larger share contains each smaller one.
 */
export function sample(traffic: Traffic, column: string, share: number, seed: number): Transformed {
  const at = traffic.columns.findIndex(({ name }) => name === column);
  if (at < 0) {
    const names = traffic.columns.map(({ name }) => name).join(', ');
    throw new UserError(
      `--column ${column}: the trace has no such column${names === '' ? ', and no other' : `; it has ${names}`}`,
    );
  }
  const groups = groupsOf(traffic, at);
  const order = orderOf(groups, seed);
  const size = Math.max(1, Math.round(share * groups.names.length));
  const chosen = order.slice(0, size);
  const names = new Set(chosen.map((rank) => groups.names[rank]));
  const says = [
    `${counted(size, 'value')} of ${String(groups.names.length)} of ${column}: their arrivals are distributed as in the whole within ${distance(groups, chosen).toPrecision(2)} of the mean (Wasserstein)`,
  ];
  return changed(
    traffic,
    {},
    () =>
      (ms, row, { columns }) =>
        names.has(nameAt(columns[at], row)) ? ms : NaN,
    says,
  );
}

function nameAt(values: Parameters<typeof valueAt>[0] | undefined, row: number): string {
  return values === undefined ? '' : String(valueAt(values, row) ?? '');
}

function groupsOf(traffic: Traffic, at: number): Groups {
  const counts = new Map<string, number>();
  for (const { keys, columns } of traffic.chunks())
    for (let row = 0; row < keys.length; row++) {
      const name = nameAt(columns[at], row);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (counts.size > MOST_GROUPS)
        throw new UserError(`the column has over ${String(MOST_GROUPS)} values; sample another column`);
    }
  const sorted = [...counts].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1));
  return { names: sorted.map(([name]) => name), counts: Float64Array.from(sorted, ([, count]) => count) };
}

/** The best of a few orders of all ranks, each prefix of which lies evenly over them (van der Corput), shifted at random. */
function orderOf(groups: Groups, seed: number): readonly number[] {
  const random = seededRandom(seed).split('sample');
  const orders = Array.from({ length: ORDERS }, () => evenly(groups.names.length, random.uniform()));
  const judged = orders.map((order) =>
    JUDGED_AT.reduce(
      (sum, share) => sum + distance(groups, order.slice(0, Math.max(1, Math.round(share * order.length)))),
      0,
    ),
  );
  return orders[judged.indexOf(Math.min(...judged))] ?? [];
}

function evenly(size: number, shift: number): number[] {
  const bits = Math.max(1, Math.ceil(Math.log2(size)));
  const seen = new Uint8Array(size);
  const order: number[] = [];
  for (let k = 0; k < 2 ** bits; k++) {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) reversed = reversed * 2 + (Math.floor(k / 2 ** bit) % 2);
    const rank = Math.min(size - 1, Math.floor(((reversed / 2 ** bits + shift) % 1) * size));
    if (seen[rank] === 0) order.push(rank);
    seen[rank] = 1;
  }
  for (let rank = 0; rank < size; rank++) if (seen[rank] === 0) order.push(rank);
  return order;
}

/** The Wasserstein distance between the arrivals of a group in the sample and in the whole, as a share of their mean in the whole. */
function distance({ counts }: Groups, ranks: readonly number[]): number {
  const inSample = new Uint8Array(counts.length);
  for (const rank of ranks) inSample[rank] = 1;
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  let [area, taken] = [0, 0];
  for (let i = 0; i + 1 < counts.length; i++) {
    taken += inSample[i] as number;
    area +=
      Math.abs(taken / ranks.length - (i + 1) / counts.length) * ((counts[i + 1] as number) - (counts[i] as number));
  }
  return area / mean;
}
