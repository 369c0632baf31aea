import type { Draw } from '../predict/draw.js';
import type { StoredReport } from '../run-folder/report-shape.js';

/** The numbers of a measured run, as a simulation has them; with these percentiles besides its own. */
export function drawOfReport({ sections }: StoredReport, percentiles: readonly number[]): Draw {
  const { outcomes, latency, cost, coldStarts } = sections;
  const fees = cost.items.filter(({ unit }) => unit === 'request').reduce((sum, item) => sum + item.cost, 0);
  const toldCold = coldStarts.known > 0;
  const instances = coldStarts.instancesSeen ?? NaN;
  return {
    requests: outcomes.planned,
    successRatio: outcomes.successRatio ?? NaN,
    meanMs: latency.response.meanMs ?? Infinity,
    p50Ms: latency.response.p50Ms ?? Infinity,
    p99Ms: latency.response.p99Ms ?? Infinity,
    minMs: latency.response.minMs ?? Infinity,
    maxMs: latency.response.maxMs ?? Infinity,
    sdMs: latency.response.stdevMs ?? NaN,
    allP50Ms: latency.all.p50Ms ?? Infinity,
    allP99Ms: latency.all.p99Ms ?? Infinity,
    usd: cost.total === null ? NaN : cost.total - fees,
    usdWithRequestFee: cost.total ?? NaN,
    created: instances,
    peak: instances,
    coldStarts: toldCold ? coldStarts.count : NaN,
    coldMeanMs: coldStarts.meanMs ?? NaN,
    maxRho: NaN,
    nearSaturation: NaN,
    percentiles: percentiles.map((p) => ({ p, responseMs: latencyAt(latency, 'response', p), allMs: latencyAt(latency, 'all', p) })), // prettier-ignore
  };
}

const STORED = { 50: 'p50Ms', 90: 'p90Ms', 95: 'p95Ms', 99: 'p99Ms', 99.9: 'p999Ms' } as const;

/** As a report has it; between the percentiles that it has, the next higher one of its curve. */
function latencyAt(latency: StoredReport['sections']['latency'], of: 'response' | 'all', p: number): number {
  if (p in STORED) return latency[of][STORED[p as keyof typeof STORED]] ?? Infinity;
  const { percentile, responseMs, allMs } = latency.curves;
  const at = percentile.findIndex((one) => one >= p);
  return (of === 'response' ? responseMs : allMs)[at] ?? Infinity;
}
