import type { CloudGap, CloudSeries } from '../../cloud-record.js';
import { printable } from '../../errors.js';

/** Reading it failed. */
export function gapOf(what: string, reason: string): CloudGap {
  return { what, reason: printable(reason), failed: true };
}

/** What was read and holds nothing, by name. */
export function noneOf(all: readonly Pick<CloudSeries, 'name' | 'points'>[]): CloudGap[] {
  const some = new Set(all.filter(({ points }) => points.length > 0).map(({ name }) => name));
  const none = new Set(all.map(({ name }) => name).filter((name) => !some.has(name)));
  return [...none].map((what) => ({ what, reason: 'no point in the window', failed: false }));
}
