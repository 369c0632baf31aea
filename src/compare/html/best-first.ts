import type { Comparison, Group } from '../comparison.js';
import { estimate } from '../tables.js';

/** The same comparison with the systems of each workload and model in the order of its chosen metric, the best first; unknown last. */
export function bestFirst(comparison: Comparison): Comparison {
  const { name, worse } = comparison.frontierMetric;
  const rank = (group: Group): number => {
    const { value } = estimate(group, name);
    if (Number.isNaN(value)) return Infinity;
    return worse === 'more' ? value : -value;
  };
  const groups = [...comparison.groups].sort((a, b) => order(rank(a), rank(b)));
  return { ...comparison, groups };
}

function order(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
