import { printable, UserError } from '../errors.js';
import type { ColumnValue, Payload, Trace } from '../trace.js';
import { columnNamed, noColumn, valueAt } from './read-rows.js';
import type { PickRows } from './select-rows.js';

/** Without labels, values are distinguished up to this number. */
const MOST_VALUES = 1_000_000;

/**
 * Has each arrival send the payload that its value in a column names (`--payload-by`); equal values send the same. Where payloads have
 * labels: the payload whose label is the value, for numbers the one whose label is nearest, the smaller of two. Where none has:
 * the values get the payloads in turn, in the order of their first arrivals. Throws `UserError`.
 */
export function choosePayloads({ store, payloads }: Trace, name: string): PickRows {
  const column = columnNamed(store.columns, name);
  if (column === undefined) throw new UserError(`--payload-by: ${noColumn(name, store.columns)}`);
  if (payloads.length === 0)
    throw new UserError(
      '--payload-by chooses among payloads, and there are none; give some with --payload or --targets',
    );
  const at = store.columns?.columns.indexOf(column) ?? -1;
  const choose = chooser(payloads, column.type === 'number', name);
  return ({ atMs, columns = [] }) => {
    const values = columns[at];
    if (values === undefined) throw new Error('a column is missing');
    const payload = new Uint32Array(atMs.length);
    for (let row = 0; row < atMs.length; row++) payload[row] = choose(valueAt(values, row));
    return { rows: Uint32Array.from(atMs, (_, row) => row), payload };
  };
}

type Choose = (value: ColumnValue | undefined) => number;

function chooser(payloads: readonly Payload[], isNumber: boolean, name: string): Choose {
  const labels = payloads.flatMap(({ label }, index) => (label === undefined ? [] : [{ label, index }]));
  if (labels.length === 0) return inTurn(payloads.length, name);
  return isNumber ? byNumber(labels, name) : byLabel(labels, name);
}

interface Labelled {
  readonly label: string;
  readonly index: number;
}

function inTurn(count: number, name: string): Choose {
  const known = new Map<string, number>();
  return (value) => {
    const key = JSON.stringify(value ?? null);
    const index = known.get(key);
    if (index !== undefined) return index;
    if (known.size === MOST_VALUES)
      throw new UserError(
        `--payload-by ${printable(name, 60)}: it has more than ${String(MOST_VALUES)} different values; give the payloads labels`,
      );
    known.set(key, known.size % count);
    return (known.size - 1) % count;
  };
}

function byLabel(labels: readonly Labelled[], name: string): Choose {
  const indexOf = new Map(labels.map(({ label, index }) => [label, index]));
  return (value) => {
    const index = value === undefined ? undefined : indexOf.get(String(value));
    if (index !== undefined) return index;
    throw new UserError(
      `--payload-by ${printable(name, 60)}: no payload has the label ${value === undefined ? 'of an arrival without a value' : JSON.stringify(printable(String(value), 60))}; add one, or select arrivals with --where`,
    );
  };
}

function byNumber(labels: readonly Labelled[], name: string): Choose {
  const wrong = labels.find(({ label }) => label.trim() === '' || !Number.isFinite(Number(label)));
  if (wrong !== undefined)
    throw new UserError(
      `--payload-by ${printable(name, 60)}: the column is of numbers, and the payload ${JSON.stringify(printable(wrong.label, 60))} has a label that is none; rename it`,
    );
  const sorted = labels.map(({ label, index }) => ({ at: Number(label), index })).sort((a, b) => a.at - b.at);
  return (value) => {
    if (typeof value !== 'number')
      throw new UserError(
        `--payload-by ${printable(name, 60)}: an arrival has no value; select arrivals with --where '${name} != null'`,
      );
    return nearestOf(sorted, value);
  };
}

function nearestOf(sorted: readonly { readonly at: number; readonly index: number }[], value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.at ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  const above = sorted[low];
  const below = sorted[low - 1];
  const takesBelow = below !== undefined && value - below.at <= Math.abs((above?.at ?? Infinity) - value);
  return (takesBelow ? below : above)?.index ?? 0;
}
