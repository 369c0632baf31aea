import { printable } from '../../errors.js';
import type { Report } from '../../report.js';
import { figures, paragraphs } from '../../report/labelled-lines.js';
import { FAILURES } from '../../sample.js';

/** How many succeeded, and the first example of each kind of failure. */
export function outcomesText(report: Report): string[] {
  return [...success(report), ...failures(report)];
}

function success({
  sections: {
    outcomes,
    latency: { warmup },
  },
}: Report): string[] {
  const { ok, planned, unsent, successRatio } = outcomes;
  const ratio = successRatio === null ? '-' : percent(successRatio);
  const rest = [
    unsent > 0 ? `${String(unsent)} unsent` : '',
    warmup > 0 ? `${String(warmup)} warm-up requests not in latency` : '',
  ];
  return figures('Success', '[ratio]', [
    `${ratio} (${String(ok)} of ${String(planned)})`,
    ...rest.filter((text) => text !== ''),
  ]);
}

function failures({ sections: { outcomes } }: Report): string[] {
  const found = FAILURES.flatMap((failure) => {
    const n = outcomes.failures[failure] ?? 0;
    if (n === 0) return [];
    const example = outcomes.examples[failure]?.[0];
    const why =
      example === undefined || example.detail === ''
        ? ''
        : ` (request ${String(example.seq)}: ${printable(example.detail, 160)})`;
    return [`${failure}: ${String(n)}${why}`];
  });
  return paragraphs('Failures', found);
}

/** Never 100 % while one failed. */
function percent(ratio: number): string {
  return `${(ratio < 1 ? Math.min(99.99, Math.floor(ratio * 10_000) / 100) : 100).toFixed(2)}%`;
}
