import { USAGE_NAMES, type SampleBatch, type UsageColumns } from '../sample.js';

/** Samples of a run that was not made: all succeed, each in the time that is billed; `memoryMb` NaN: as configured. */
export function assumedSamples(dueMs: Float64Array, billedMs: number, memoryMb = NaN): SampleBatch {
  const rows = dueMs.length;
  const column = (value: number): Float64Array => new Float64Array(rows).fill(value);
  const doneMs = dueMs.map((ms) => ms + billedMs);
  const unknown = column(NaN);
  return {
    rows,
    worker: 0,
    seq: new Uint32Array(rows),
    dueMs,
    releaseMs: dueMs,
    handedMs: dueMs,
    sentMs: dueMs,
    doneMs,
    doneEarliestMs: doneMs,
    handshakeMs: unknown,
    serverMs: unknown,
    outcome: new Uint8Array(rows),
    coldStart: new Uint8Array(rows),
    usage: {
      ...(Object.fromEntries(USAGE_NAMES.map((name) => [name, unknown])) as Record<keyof UsageColumns, Float64Array>),
      billedMs: column(billedMs),
      memoryMb: column(memoryMb),
    },
    details: [],
  };
}
