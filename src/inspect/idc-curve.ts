import type { Arrivals } from './arrivals.js';
import { chiSquareQuantile } from './special-functions.js';
import { WindowCounts, type CountMoments } from './window-counts.js';

/** The index of dispersion for counts at one length of window. */
export interface IdcPoint {
  readonly windowMs: number;
  readonly windows: number;
  /** Variance over mean of the counts; 1 for a Poisson process. */
  readonly idc: number;
  /** Where 95 % of Poisson processes of this rate and length lie. */
  readonly poissonLow: number;
  readonly poissonHigh: number;
}

/** Windows of 10 ms to a quarter of the trace, in steps of 1, 2, 5. */
export function idcWindows(durationMs: number): number[] {
  const windows: number[] = [];
  for (let power = 10; power <= durationMs / 4; power *= 10)
    windows.push(...[power, 2 * power, 5 * power].filter((windowMs) => windowMs <= durationMs / 4));
  return windows;
}

/** The curve over `windows`; points without an arrival in any whole window are left out. */
export function idcCurve(arrivals: Arrivals, windows = idcWindows(arrivals.durationMs)): IdcPoint[] {
  const counts = windows.map((windowMs) => new WindowCounts(windowMs, arrivals.durationMs));
  for (const chunk of arrivals.chunks()) for (const one of counts) one.take(chunk);
  return idcPoints(counts.map((one) => one.finish()));
}

function idcPoints(moments: readonly CountMoments[]): IdcPoint[] {
  return moments
    .filter(({ windows, mean }) => windows >= 2 && mean > 0)
    .map(({ windowMs, windows, mean, variance }) => {
      // Given their sum, Poisson counts are multinomial, and (n - 1) x IDC is chi-square with n - 1 degrees of freedom.
      const degrees = windows - 1;
      return {
        windowMs,
        windows,
        idc: variance / mean,
        poissonLow: quantile(0.025, degrees) / degrees,
        poissonHigh: quantile(0.975, degrees) / degrees,
      };
    });
}

/** Beyond some thousand degrees of freedom the approximation of Wilson and Hilferty (1931) is exact to six digits, and fast. */
function quantile(p: number, degrees: number): number {
  if (degrees < 2000) return chiSquareQuantile(p, degrees);
  const z = p < 0.5 ? -1.959963984540054 : 1.959963984540054;
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + z * Math.sqrt(spread)) ** 3;
}
