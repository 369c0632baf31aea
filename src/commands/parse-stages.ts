import { parseDurationMs, parseRatePerSecond } from '../text/quantities.js';

/** A corner of a rate curve, as recipes have it. */
export type Stage = readonly [atMs: number, ratePerSecond: number];

/**
 * `0s:10,30s:100,60s:0`: the rate at each time, and straight lines between them; a time given twice is a step. Times may not
 * fall. Throws an Error whose message says what to give.
 */
export function parsePoints(text: string): Stage[] {
  const points = text.split(',').map(parsePoint);
  const back = points.findIndex(([atMs], i) => atMs < (points[i - 1]?.[0] ?? 0));
  if (back >= 0) throw new Error(`its times count from the start and must not fall${asTimes(text)}`);
  return points;
}

/** The same for a whole run: it begins at 0, and the last time is its length. */
export function parseStages(text: string): Stage[] {
  const stages = parsePoints(text);
  const [firstMs] = stages[0] ?? [NaN];
  const [lastMs] = stages.at(-1) ?? [NaN];
  if (firstMs !== 0) throw new Error(`give the rate at the start first, such as 0s:10${asTimes(text)}`);
  if (!(lastMs > 0)) throw new Error('give the end too, such as 0s:10,30s:10');
  return stages;
}

function parsePoint(text: string): Stage {
  const [time, rate, more] = text.split(':');
  if (time === undefined || rate === undefined || more !== undefined)
    throw new Error('give time:rate pairs such as 0s:10,30s:100');
  return [parseDurationMs(time), /^\s*0+(\.0+)?\s*(\/\w+)?\s*$/.test(rate) ? 0 : parseRatePerSecond(rate)];
}

/** k6 gives lengths of stages where times are given here. */
function asTimes(text: string): string {
  const stages = text.split(',').map(parsePoint);
  let endMs = 0;
  const ends = stages.map(([lengthMs, rate]) => `${String((endMs += lengthMs) / 1000)}s:${String(rate)}`);
  return `; if these are lengths, as in k6, write 0s:0,${ends.join(',')}`;
}
