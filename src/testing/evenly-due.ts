import type { Schedule } from '../loop/schedule.js';

/** `rows` requests, one due each ms. */
export function evenlyDue(rows: number, startMs: number): Schedule {
  return {
    rows,
    seq: Uint32Array.from({ length: rows }, (_, i) => i),
    dueMs: Float64Array.from({ length: rows }, (_, i) => startMs + i),
    payload: new Uint32Array(rows),
  };
}
