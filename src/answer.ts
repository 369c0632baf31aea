import type { Report } from './report.js';

/**
 * What a run answers to what was asked of it. One that is VALID has answered. One that is INVALID has not, unless there are
 * thresholds that our own share cannot have turned: one of them that failed is enough, or all of them that hold.
 */
export function answerOf({ verdict, sections: { thresholds = [] } }: Asked): 'good' | 'failed' | 'unknown' {
  const known = verdict.valid ? thresholds : thresholds.filter(({ decided }) => decided === true);
  if (known.some(({ ok }) => !ok)) return 'failed';
  if (verdict.valid) return 'good';
  return thresholds.length > 0 && known.length === thresholds.length ? 'good' : 'unknown';
}

interface Asked {
  readonly verdict: Report['verdict'];
  readonly sections: Pick<Report['sections'], 'thresholds'>;
}
