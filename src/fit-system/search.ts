/** A number that a search moves: it is above 0, and a step is a factor. */
export interface Axis {
  readonly start: number;
  readonly low: number;
  readonly high: number;
}

export interface Found {
  readonly at: readonly number[];
  readonly cost: number;
}

/** Of a factor, as its logarithm. */
const FIRST_STEP = 0.25;
const LAST_STEP = 0.01;

/**
 * The least of a function of positive numbers, after Hooke and Jeeves: each axis is tried up and down, what helped is done
 * once more, and steps are halved when nothing helps. Uses no slopes, which a simulation does not have. At most `most` values.
 */
export function search(axes: readonly Axis[], cost: (at: readonly number[]) => number, most: number): Found {
  let calls = 0;
  const costAt = (at: readonly number[]): number => {
    calls++;
    return cost(at);
  };
  const within = (value: number, axis: number): number => {
    const { low, high } = axes[axis] as Axis;
    return Math.min(high, Math.max(low, value));
  };
  const explore = (from: Found, step: number): Found => {
    let best = from;
    axes.forEach((_, axis) => {
      for (const direction of [step, -step]) {
        const moved = within((best.at[axis] as number) * Math.exp(direction), axis);
        if (moved === best.at[axis] || calls >= most) continue;
        const at = best.at.with(axis, moved);
        const found = { at, cost: costAt(at) };
        if (found.cost >= best.cost) continue;
        best = found;
        break;
      }
    });
    return best;
  };
  const start = axes.map(({ start: value }, axis) => within(value, axis));
  let best: Found = { at: start, cost: costAt(start) };
  for (let step = FIRST_STEP; step >= LAST_STEP && calls < most; step /= 2) {
    for (let found = explore(best, step); found.cost < best.cost && calls < most; found = explore(best, step)) {
      const leap = found.at.map((value, axis) => within((value * value) / (best.at[axis] as number), axis));
      const leapt = { at: leap, cost: costAt(leap) };
      best = leapt.cost < found.cost ? leapt : found;
    }
  }
  return best;
}
