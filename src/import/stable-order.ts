/**
 * The indexes of `keys[0..count)` in the order of their keys, equal keys in the order in which they came. A merge sort of the runs that
 * are there already, so that sorted input costs one comparison a row.
 */
export function stableOrder(keys: Float64Array, count: number): Uint32Array {
  let order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  let runs = runsOf(keys, count);
  let spare = runs.length > 2 ? new Uint32Array(count) : order;
  while (runs.length > 2) {
    const merged = [0];
    for (let run = 0; run + 1 < runs.length; run += 2) {
      const [from = 0, middle = 0, to = middle] = runs.slice(run, run + 3);
      merge(keys, order, spare, from, middle, to);
      merged.push(to);
    }
    runs = merged;
    [order, spare] = [spare, order];
  }
  return order;
}

/** Where each stretch of keys that do not decrease begins, and at last their number. */
function runsOf(keys: Float64Array, count: number): number[] {
  const starts = [0];
  for (let i = 1; i < count; i++) if ((keys[i] as number) < (keys[i - 1] as number)) starts.push(i);
  if (count > 0) starts.push(count);
  return starts;
}

function merge(
  keys: Float64Array,
  source: Uint32Array,
  target: Uint32Array,
  from: number,
  middle: number,
  to: number,
): void {
  let left = from;
  let right = middle;
  for (let at = from; at < to; at++) {
    const takesRight =
      right < to &&
      (left >= middle || (keys[source[right] as number] as number) < (keys[source[left] as number] as number));
    target[at] = source[takesRight ? right++ : left++] as number;
  }
}
