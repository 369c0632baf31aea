import type { HeatMap } from '../../report.js';
import { countsBetween, equalRatioEdges } from '../histogram/equal-ratio-edges.js';
import type { LogHistogram } from '../histogram/log-histogram.js';

const US_PER_MS = 1000;
/** Rows to a doubling of latency. */
const FINENESS = 4;

/** How the latencies were distributed in each of some lengths of time. `columns`: their latencies in whole us. */
export function heatMap(lengthSeconds: number, columns: readonly LogHistogram[], whole: LogHistogram): HeatMap {
  const edges = equalRatioEdges(whole, 1, FINENESS);
  return {
    lengthSeconds,
    edgesMs: edges.map((us) => us / US_PER_MS),
    columns: columns.map((column, i) => {
      const counts = countsBetween(column, edges);
      const first = counts.findIndex((count) => count > 0);
      const last = counts.findLastIndex((count) => count > 0);
      return {
        second: i * lengthSeconds,
        first: Math.max(0, first),
        counts: first < 0 ? [] : counts.slice(first, last + 1),
      };
    }),
  };
}
