import type { CollectWindow } from '../cloud-meters.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The time of a run, widened to whole minutes. `drainMs`: what was given up by the client may have gone on for this long.
 * CloudWatch keeps minutes for 15 days, then 5 minutes for 63 days, then hours.
 */
export function collectWindow(startMs: number, endMs: number, drainMs: number, nowMs: number): CollectWindow {
  const ageDays = (nowMs - startMs) / DAY_MS;
  const stepMs = (ageDays < 15 ? 1 : ageDays < 63 ? 5 : 60) * MINUTE_MS;
  const fromMs = Math.floor(startMs / stepMs) * stepMs;
  const toMs = Math.ceil((endMs + drainMs) / stepMs) * stepMs;
  return { fromMs, toMs: Math.max(toMs, fromMs + stepMs), stepMs };
}
