import { ENDED } from '../systems/station.js';
import type { ObservedCalls, Timeline } from './observed.js';

/** Rows `from` to `to` (exclusive) of a timeline, over which numbers are taken. */
export interface Window {
  readonly timeline: number;
  readonly from: number;
  readonly to: number;
  /** Not fitted to: the fit is checked on it. */
  readonly isHeldBack: boolean;
}

/** Fewer calls make no window of their own. */
const LEAST_CALLS = 6;
const MOST_WINDOWS = 96;
/** A run among few has at most this many. */
const MOST_OF_RUN = 24;
/** Every how many windows is held back. */
const HOLD_BACK = 4;

/** Windows of equal time within each run; every fourth is held back, so that each regime is fitted and checked. */
export function windowsOf(timelines: readonly Timeline[]): readonly Window[] {
  const runs = timelines.reduce((sum, { segments }) => sum + segments.length, 0);
  const perRun = Math.max(3, Math.min(MOST_OF_RUN, Math.floor(MOST_WINDOWS / runs)));
  const stretches = timelines.flatMap(({ calls, segments }, timeline) =>
    segments.flatMap(({ from, to }) => cut(calls.atMs, from, to, perRun).map((one) => ({ timeline, ...one }))),
  );
  return stretches.map((one, i) => ({ ...one, isHeldBack: i % HOLD_BACK === HOLD_BACK - 1 }));
}

function cut(atMs: Float64Array, from: number, to: number, most: number): { from: number; to: number }[] {
  const firstMs = atMs[from] ?? 0;
  const lengthMs = Math.max(1, ((atMs[to - 1] ?? 0) - firstMs) * (1 + 1e-9)) / most;
  const windows: { from: number; to: number }[] = [];
  let start = from;
  for (let row = from; row < to; row++) {
    const isLast = row === to - 1;
    const ends = isLast || partOf(atMs, row, firstMs, lengthMs) !== partOf(atMs, row + 1, firstMs, lengthMs);
    if (!ends || (row + 1 - start < LEAST_CALLS && !isLast)) continue;
    const before = windows.at(-1);
    if (row + 1 - start < LEAST_CALLS && before !== undefined) before.to = row + 1;
    else windows.push({ from: start, to: row + 1 });
    start = row + 1;
  }
  return windows;
}

function partOf(atMs: Float64Array, row: number, firstMs: number, lengthMs: number): number {
  return Math.floor(((atMs[row] as number) - firstMs) / lengthMs);
}

/** What is compared of a window. NaN: not known, or there is none. */
export interface WindowNumbers {
  /** ln of ms, over the successes. */
  readonly logMean: number;
  readonly logMedian: number;
  readonly logP90: number;
  /** arcsin(sqrt(share of successes)), which spreads alike for all shares. */
  readonly success: number;
  /** 2 sqrt(cold starts + 3/8), which spreads alike for all counts. */
  readonly colds: number;
  /** ln of ms. */
  readonly logBilled: number;
}

export const WINDOW_NUMBERS = ['logMean', 'logMedian', 'logP90', 'success', 'colds', 'logBilled'] as const;

/** What no fit is better than, in the units of each number: rounding, clocks, what a model leaves out. */
export const LEAST_SPREAD: Readonly<Record<keyof WindowNumbers, number>> = {
  logMean: 0.02,
  logMedian: 0.02,
  logP90: 0.03,
  success: 0.01,
  colds: 0.7,
  logBilled: 0.03,
};

export function windowNumbers(calls: ObservedCalls, { from, to }: Pick<Window, 'from' | 'to'>): WindowNumbers {
  const latencies = new Float64Array(to - from);
  let [ok, sum, colds, told, billed] = [0, 0, 0, 0, 0];
  for (let row = from; row < to; row++) {
    if (calls.cold[row] !== 0) told++;
    if (calls.cold[row] === COLD) colds++;
    const ms = calls.billedMs[row] as number;
    if (!Number.isNaN(ms)) billed += ms;
    if (calls.outcome[row] !== ENDED.ok) continue;
    const latencyMs = calls.latencyMs[row] as number;
    latencies[ok++] = latencyMs;
    sum += latencyMs;
  }
  const ascending = latencies.subarray(0, ok).sort();
  const isEnough = ok >= LEAST_OK;
  return {
    logMean: isEnough ? logOf(sum / ok) : NaN,
    logMedian: isEnough ? logOf(rankOf(ascending, 0.5)) : NaN,
    logP90: isEnough ? logOf(rankOf(ascending, 0.9)) : NaN,
    success: Math.asin(Math.sqrt(ok / (to - from))),
    colds: told === 0 ? NaN : 2 * Math.sqrt(colds + 3 / 8),
    logBilled: billed > 0 ? Math.log(billed) : NaN,
  };
}

/** In virtual time a latency may be 0. */
function logOf(ms: number): number {
  return Math.log(Math.max(ms, LEAST_MS));
}

const LEAST_MS = 0.001;
const COLD = 2;
const LEAST_OK = 4;

function rankOf(ascending: Float64Array, share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))] ?? NaN;
}
