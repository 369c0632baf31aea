import type { Arrivals } from '../inspect/arrivals.js';
import { summariseColumns } from '../inspect/column-summary.js';
import { inspect, type Inspection } from '../inspect/inspect.js';
import { closeArrivals, readArrivals } from '../trace-file/arrival-store.js';
import { readRows } from '../trace-file/read-rows.js';
import type { Trace } from '../trace.js';
import { openWindow } from './open-trace.js';
import type { TraceFlags } from './trace-flags.js';

/** Reads a trace file and describes its traffic. Throws `UserError`. */
export function inspectFile(path: string, flags: TraceFlags, serviceMs: number): Promise<Inspection> {
  return withTrace(path, flags, (trace) => {
    const columns = summariseColumns(trace.store.columns?.columns ?? [], readRows(trace.store));
    return inspect(trace.name, arrivalsOfTrace(trace), serviceMs, columns);
  });
}

/** Reads a trace file, and closes it when `work` is done with it. Throws `UserError`. */
export async function withTrace<T>(
  path: string,
  flags: TraceFlags,
  work: (trace: Trace) => T | Promise<T>,
): Promise<T> {
  const trace = await openWindow(path, flags);
  try {
    return await work(trace);
  } finally {
    closeArrivals(trace.store);
  }
}

export function arrivalsOfTrace({ store, count, durationMs }: Trace): Arrivals {
  return {
    count,
    durationMs,
    *chunks() {
      for (const { atMs } of readArrivals(store)) yield atMs;
    },
  };
}
