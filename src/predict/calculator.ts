import type { Draw } from './draw.js';
import type { JobCell, JobWorkload } from './draw-job.js';
import { withValues } from '../systems/vary-system.js';

/** Requests of the trace in which no request meets another. */
const LONE_REQUESTS = 40;

/** A trace as long as another, whose requests are far apart. */
export function loneTrace({ durationMs }: JobWorkload): JobWorkload {
  return { durationMs, atMs: Float64Array.from({ length: LONE_REQUESTS }, (_, i) => (i * durationMs) / LONE_REQUESTS) };
}

/** The system with an instance that is warm already, and stays: far apart, all but the first would meet a cold start. */
export function loneCell(cell: JobCell, workload: number): JobCell {
  const kept: readonly [string, number][] =
    cell.system.station.kind === 'pool' ? [['pool.idleLifetime', Infinity]] : [];
  const system = withValues(cell.system, new Map([['initial.warm', 1], ...kept]));
  return { ...cell, system, workload, batch: 1, draws: [{ layer: 'plain', index: 0 }] };
}

/** Service time and price alone: what a spreadsheet would say of `requests` requests. */
export function calculated(
  lone: Draw,
  requests: number,
  paidByTheHour: boolean,
): { readonly meanMs: number | null; readonly usd: number | null } {
  const usd = paidByTheHour ? lone.usdWithRequestFee : (lone.usdWithRequestFee / lone.requests) * requests;
  return { meanMs: known(lone.p50Ms), usd: known(usd) };
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
