import type { LatencySpectrum } from '../spectrum.js';

/**
 * The distribution of response as wrk2 prints it with --latency, for HdrHistogram's plotters: values in ms, a percentile
 * as a part of 1. (wrk.c, print_hdr_latency; HdrHistogram_c, hdr_percentiles_print, CLASSIC.)
 */
export function renderLatencySpectrum(spectrum: LatencySpectrum): string {
  const lines = [
    '  Latency Distribution (HdrHistogram - Response Latency)',
    ...spectrum.points.map(({ p, valueMs }) => `${fixed(p, 7, 3)}%${duration(valueMs)}`),
    '',
    '  Detailed Percentile spectrum:',
    `${'Value'.padStart(12)} ${'Percentile'.padStart(12)} ${'TotalCount'.padStart(12)} 1/(1-Percentile)`,
    '',
    ...spectrum.rows.map(row),
    ...foot(spectrum),
    '-'.repeat(58),
  ];
  return `${lines.join('\n')}\n`;
}

function row({ valueMs, percentile, count }: LatencySpectrum['rows'][number]): string {
  const odds = percentile === 1 ? 'inf'.padStart(12) : fixed(1 / (1 - percentile), 12, 2);
  return `${fixed(valueMs, 12, 3)} ${fixed(percentile, 12, 6)} ${String(count).padStart(12)} ${odds}`;
}

function foot({ meanMs, stdevMs, maxMs, count, buckets, subBuckets }: LatencySpectrum): string[] {
  const whole = (n: number): string => String(n).padStart(12);
  return [
    `#[Mean    = ${fixed(meanMs ?? 0, 12, 3)}, StdDeviation   = ${fixed(stdevMs ?? 0, 12, 3)}]`,
    `#[Max     = ${fixed(maxMs ?? 0, 12, 3)}, Total count    = ${whole(count)}]`,
    `#[Buckets = ${whole(buckets)}, SubBuckets     = ${whole(subBuckets)}]`,
  ];
}

function fixed(value: number, width: number, digits: number): string {
  return value.toFixed(digits).padStart(width);
}

/** wrk2's units, two digits, the letters of all in line: from 850us on in ms, from 51s on in minutes (units.c). */
function duration(ms: number): string {
  if (ms < 0.85) return `${(ms * 1000).toFixed(2)}us`.padStart(10);
  if (ms < 1000) return `${ms.toFixed(2)}ms`.padStart(10);
  const [value, unit] = ms < 51_000 ? [ms / 1000, 's'] : [ms / 60_000, 'm'];
  return `${value.toFixed(2)}${unit} `.padStart(10);
}
