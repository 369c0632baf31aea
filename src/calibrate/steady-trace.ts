import { arrivalStoreWriter } from '../trace-file/arrival-store.js';
import type { Trace } from '../trace.js';

/** A constant rate for a given length, in memory. */
export function steadyTrace(perSecond: number, durationMs: number, spoolDir: string): Trace {
  const count = Math.round((perSecond * durationMs) / 1000);
  const writer = arrivalStoreWriter({ spoolDir });
  writer.appendChunk(Float64Array.from({ length: count }, (_, i) => (i * 1000) / perSecond));
  const { store, sha256 } = writer.finish();
  return { name: `steady-${String(perSecond)}`, durationMs, count, sha256, payloads: [], store };
}
