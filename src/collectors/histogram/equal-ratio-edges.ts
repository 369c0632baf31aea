import type { LogHistogram } from './log-histogram.js';

/**
 * Edges of buckets that are equally wide on a logarithmic axis: unit · 2^(i / perDoubling), each moved up to the next edge of
 * the histogram's own buckets, so that no count has to be divided between two of them. From the last edge at or below the
 * histogram's least value to the first beyond its greatest; what lies below `unit` shares one bucket, from 0. Where the
 * histogram itself is coarser, there are fewer. Empty without values.
 *
 * The histogram's own buckets are equally wide within each doubling and twice as wide in the next: counts of them, drawn
 * over a logarithmic axis, jump at every doubling, where the density does not.
 */
export function equalRatioEdges(of: LogHistogram, unit: number, perDoubling: number): number[] {
  const [least, greatest] = [of.lowestAt(1), of.highestAt(of.count)];
  if (least === null || greatest === null) return [];
  const edge = (i: number): number => of.edgeFrom(unit * 2 ** (i / perDoubling));
  const edges = [];
  let i = least < unit ? 0 : Math.ceil(perDoubling * Math.log2(least / unit)) + 1;
  while (i > 0 && edge(i) > least) i--;
  if (least < unit) edges.push(0);
  for (; edges.length < 2 || (edges.at(-1) as number) <= greatest; i++)
    if (edge(i) !== edges.at(-1)) edges.push(edge(i));
  return edges;
}

/** How many values lie in [edge i, edge i + 1), for edges that are edges of the histogram's own buckets. */
export function countsBetween(histogram: LogHistogram, edges: readonly number[]): number[] {
  const counts = new Array<number>(Math.max(0, edges.length - 1)).fill(0);
  let between = 0;
  for (let bucket = 0; bucket < histogram.buckets; bucket++) {
    const count = histogram.countIn(bucket);
    if (count === 0) continue;
    while ((edges[between + 1] ?? Infinity) <= histogram.startOf(bucket)) between++;
    counts[between] = (counts[between] ?? 0) + count;
  }
  return counts;
}
