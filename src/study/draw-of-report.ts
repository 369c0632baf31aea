import type { Draw } from '../predict/draw.js';
import type { StoredReport } from '../run-folder/report-shape.js';

/** The numbers of a measured run, as a simulation has them. */
export function drawOfReport({ sections }: StoredReport): Draw {
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
  };
}
