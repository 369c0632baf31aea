import type { Report } from '../report.js';

/** What a run says whose requests all failed, where no threshold makes that its exit code; undefined for any other. */
export function nothingSucceeded({ sections: { outcomes, thresholds = [] } }: Report): string | undefined {
  const { ok, planned, unsent } = outcomes;
  if (ok > 0 || planned === unsent || thresholds.length > 0) return undefined;
  return "warning: nothing succeeded; add --threshold 'success>99%' for this to fail the run (exit 99)";
}
