import type { ThresholdResult } from '../../report.js';

/** A limit on a latency that was asked of the run, for the plots that show that latency. */
export interface SloLimit {
  readonly of: 'response' | 'service';
  /** Null: of the mean, or of the slowest or fastest. */
  readonly percentile: number | null;
  readonly ms: number;
  /** p99 < 200 ms. */
  readonly label: string;
}

/** all.p(99)<200ms: all is response too, with failures in it. */
const LATENCY = /^(all|response|service)\.(?:p\(([\d.]+)\)|(mean|max|min))(<=?|>=?)/;

/** Those thresholds that are about a latency of the plots; each once. */
export function sloLimits(thresholds: readonly ThresholdResult[]): SloLimit[] {
  const limits = thresholds.flatMap(({ text, unit, limit }): SloLimit[] => {
    const found = LATENCY.exec(text);
    if (found === null || unit !== 'ms' || !(limit > 0)) return [];
    const [, of = '', p, other = '', than = ''] = found;
    const percentile = p === undefined ? null : Number(p);
    const what = `${of} ${percentile === null ? other : `p${String(percentile)}`}`;
    return [
      {
        of: of === 'service' ? 'service' : 'response',
        percentile,
        ms: limit,
        label: `${what} ${than} ${msText(limit)}`,
      },
    ];
  });
  return limits.filter(({ label }, i) => limits.findIndex((one) => one.label === label) === i);
}

function msText(ms: number): string {
  return ms >= 1000 ? `${String(Number((ms / 1000).toPrecision(4)))} s` : `${String(Number(ms.toPrecision(4)))} ms`;
}
