import type { BilledTime } from '../collectors/cost/tariff.js';

/** The time of an invocation that a bill counts, in whole steps, ms. `handlerMs`: in its code; `startMs`: before it, NaN where there was no start. */
export function billedMs({ stepMs, minimumMs, initBilled }: BilledTime, handlerMs: number, startMs: number): number {
  const ms = initBilled && !Number.isNaN(startMs) ? handlerMs + startMs : handlerMs;
  return Math.max(minimumMs, Math.ceil(ms / stepMs - 1e-9) * stepMs);
}

/** The time in the code of an invocation: with the share of a start that runs there. */
export function handlerMs(ranMs: number, startMs: number, startShare: number): number {
  return Number.isNaN(startMs) ? ranMs : ranMs + startShare * startMs;
}
