import type { Distribution, Report } from '../../report.js';
import { durationOr } from '../../report/duration-or.js';
import { figures } from '../../report/labelled-lines.js';

export function latencyText({ sections: { latency } }: Report): string[] {
  return [
    ...distribution('Latency', 'response', latency.response, '-'),
    ...distribution('', 'service', latency.service, '-'),
    ...distribution('All requests', '(failures infinite)', latency.all, 'inf'),
  ];
}

function distribution(label: string, what: string, numbers: Distribution, unknown: string): string[] {
  const { minMs, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms, maxMs } = numbers;
  const values = [minMs, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms, maxMs];
  const absent = numbers.count === 0 ? '-' : unknown;
  return figures(
    label,
    `${what} [min, mean, p50, p90, p95, p99, p99.9, max]`,
    values.map((ms) => durationOr(ms, absent)),
  );
}
