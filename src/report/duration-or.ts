import { formatDuration } from './format-duration.js';

/** A length of time, or `absent` where there is none. */
export function durationOr(ms: number | null, absent = '-'): string {
  return ms === null ? absent : formatDuration(ms);
}
