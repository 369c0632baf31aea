import type { Distribution, Report } from '../../report.js';
import { formatDuration } from '../../report/format-duration.js';
import { table } from '../../report/markdown.js';

export function latencyMarkdown({ sections: { latency: of } }: Report): string {
  return table(
    ['Latency', 'min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max'],
    [
      ['response', ...figures(of.response, '-')],
      ['service', ...figures(of.service, '-')],
      ['all (failures infinite)', ...figures(of.all, of.all.count === 0 ? '-' : 'inf')],
    ],
  );
}

function figures(numbers: Distribution, unknown: string): string[] {
  const { minMs, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms, maxMs } = numbers;
  return [minMs, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms, maxMs].map((ms) =>
    ms === null ? unknown : formatDuration(ms),
  );
}
