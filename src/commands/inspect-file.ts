import { tmpdir } from 'node:os';
import type { Arrivals } from '../inspect/arrivals.js';
import { inspect, type Inspection } from '../inspect/inspect.js';
import { closeArrivals, readArrivals } from '../trace-file/arrival-store.js';
import { readTrace, type ReadTraceOptions } from '../trace-file/read-trace.js';
import type { Trace } from '../trace.js';

/** How the times of a trace file are found. */
export interface TimeFlags {
  readonly column?: string | undefined;
  readonly unit?: string | undefined;
}

/** Reads a trace file and describes its traffic. Throws `UserError`. */
export function inspectFile(path: string, flags: TimeFlags, serviceMs: number): Promise<Inspection> {
  return withTrace(path, flags, (trace) => inspect(trace.name, arrivalsOfTrace(trace), serviceMs));
}

/** Reads a trace file, and closes it when `work` is done with it. Throws `UserError`. */
export async function withTrace<T>(
  path: string,
  { column, unit }: TimeFlags,
  work: (trace: Trace) => T | Promise<T>,
): Promise<T> {
  const trace = await readTrace(path, {
    spoolDir: tmpdir(),
    stdin: process.stdin,
    ...(column === undefined ? {} : { column }),
    ...(unit === undefined ? {} : { unit: unit as NonNullable<ReadTraceOptions['unit']> }),
    // What the requests carry is of no interest here, and its files may be elsewhere.
    payloads: [],
  });
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
