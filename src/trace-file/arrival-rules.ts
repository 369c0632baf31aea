/** 10^12 ms are 31 years; a greater time is a date or in another unit. */
export const MOST_AT_MS = 1e12;
const MOST_PAYLOAD = 2 ** 32 - 1;
export const MOST_ARRIVALS = 2 ** 32 - 1;

/** Whether a time may follow `previousMs`; false for NaN. */
export function mayFollow(atMs: number, previousMs: number): boolean {
  return atMs >= previousMs && atMs >= 0 && atMs <= MOST_AT_MS;
}

/** What is wrong with a time that may not follow `previousMs`, and what to do. */
export function timeDefect(atMs: number, previousMs: number): string {
  const at = String(atMs);
  if (Number.isNaN(atMs)) return 'it is no number; give a time such as 12.5';
  if (atMs < 0) return `${at} ms is negative; times count from the start of the trace`;
  if (atMs > MOST_AT_MS)
    return `${at} ms is over 31 years; times count from the start of the trace, so subtract the first, and check the unit`;
  return `${at} ms is before ${String(previousMs)} ms, the arrival before it; sort the arrivals by time`;
}

export function isPayloadIndex(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MOST_PAYLOAD;
}

export const PAYLOAD_DEFECT = 'it is no index; give the place in the payload table, counted from 0';

export function tooMany(maxArrivals: number): string {
  return `it has more than ${String(maxArrivals)} arrivals; split the trace`;
}
