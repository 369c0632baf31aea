import { binnedCounts } from './binned-counts.js';
import { short, type Candidate, type FitData } from './candidate.js';

const MOST_BINS = 1000;

/**
 * A rate that is constant between changes: the changes that raise the likelihood most, at a price of BIC's for each (two numbers: when,
 * and to what), found by optimal partitioning over equal bins (Jackson et al., IEEE Signal Processing Letters 12, 2005).
 */
export function fitPiecewise({ atMs, durationMs }: FitData): Candidate {
  const bins = Math.max(1, Math.min(MOST_BINS, Math.floor(atMs.length / 2)));
  const { counts } = binnedCounts([atMs], durationMs, bins);
  const starts = changes(counts, 2 * Math.log(Math.max(2, atMs.length)));
  const widthMs = durationMs / bins;
  const segments = starts.map((from, i) => {
    const to = starts[i + 1] ?? bins;
    const count = counts.subarray(from, to).reduce((sum, one) => sum + one, 0);
    return { fromMs: from * widthMs, toMs: to * widthMs, count, rate: (count * 1000) / ((to - from) * widthMs) };
  });
  const points = segments.flatMap(({ fromMs, toMs, rate }) => [
    [short(fromMs), short(rate)],
    [short(toMs), short(rate)],
  ]);
  return {
    label: 'piecewise',
    recipe: { process: 'piecewise', durationMs, seed: 1, points },
    logLikelihood: segments.reduce(
      (sum, { count, rate }) => sum + (count === 0 ? 0 : count * Math.log(rate) - count),
      0,
    ),
    parameters: 2 * segments.length - 1,
    estimates: [],
    survivals: () => survivalsOf(atMs, segments),
    notes: [
      `${String(segments.length)} stretches of constant rate: it makes the same curve again, and after its end goes on with the last rate.`,
    ],
  };
}

interface Segment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rate: number;
}

/** The first bin of each segment. */
function changes(counts: Uint32Array, price: number): number[] {
  const sums = new Float64Array(counts.length + 1);
  counts.forEach((count, i) => (sums[i + 1] = (sums[i] as number) + count));
  const best = new Float64Array(counts.length + 1);
  const from = new Uint32Array(counts.length + 1);
  for (let end = 1; end <= counts.length; end++) {
    best[end] = Infinity;
    for (let start = 0; start < end; start++) {
      const count = (sums[end] as number) - (sums[start] as number);
      const cost = (best[start] as number) + price - (count === 0 ? 0 : 2 * count * Math.log(count / (end - start)));
      if (cost < (best[end] as number)) [best[end], from[end]] = [cost, start];
    }
  }
  const starts: number[] = [];
  for (let end = counts.length; end > 0; end = from[end] as number) starts.push(from[end] as number);
  return starts.reverse();
}

function survivalsOf(atMs: Float64Array, segments: readonly Segment[]): Float64Array {
  let segment = 0;
  let [area, before] = [0, 0];
  const areaUntil = (ms: number): number => {
    while (segment < segments.length - 1 && (segments[segment] as Segment).toMs <= ms) {
      const { fromMs, toMs, rate } = segments[segment] as Segment;
      area += (rate * (toMs - fromMs)) / 1000;
      segment++;
    }
    const { fromMs, rate } = segments[segment] as Segment;
    return area + (rate * (ms - fromMs)) / 1000;
  };
  return atMs.map((at) => {
    const until = areaUntil(at);
    const survival = Math.exp(before - until);
    before = until;
    return survival;
  });
}
