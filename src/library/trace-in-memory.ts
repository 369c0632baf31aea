import { counted } from '../text/counted.js';
import { tmpdir } from 'node:os';
import { arrivalStoreWriter } from '../trace-file/arrival-store.js';
import { printable, UserError } from '../errors.js';
import type { Payload, Trace } from '../trace.js';

/** Arrivals that a program made or measured itself. */
export interface TraceInMemory {
  /** Ms from the start, finite, at least 0 and not decreasing; at least one. */
  readonly atMs: ArrayLike<number>;
  /** The entry of `payloads` that each arrival sends. Absent: the first. */
  readonly payload?: ArrayLike<number>;
  readonly payloads?: readonly Payload[];
  /** The length of the observation, ms; the last arrival unless given. */
  readonly durationMs?: number;
  readonly name?: string;
}

/** The trace of these arrivals. Throws `UserError` with the index of the first that cannot be. */
export function traceInMemory({ atMs, payload, payloads = [], durationMs, name = 'in-memory' }: TraceInMemory): Trace {
  if (atMs.length === 0) throw new UserError('trace: atMs is empty; give at least one arrival');
  if (payload !== undefined && payload.length !== atMs.length)
    throw new UserError(
      `trace: ${counted(atMs.length, 'time')} and ${String(payload.length)} payload indexes; give one for each`,
    );
  const writer = arrivalStoreWriter({ spoolDir: tmpdir() });
  try {
    let lastMs = 0;
    for (let i = 0; i < atMs.length; i++) {
      const [at, index] = [atMs[i], payload?.[i] ?? 0];
      checkArrival(i, at, lastMs);
      checkPayload(i, index, payload === undefined ? 1 : payloads.length);
      writer.append((lastMs = at as number), index);
    }
    const length = lengthOf(durationMs, lastMs);
    const { store, sha256, count } = writer.finish();
    return { name: printable(name, 200), durationMs: length, count, sha256, payloads, store };
  } catch (thrown) {
    writer.discard();
    throw thrown;
  }
}

function checkArrival(index: number, atMs: unknown, lastMs: number): void {
  if (typeof atMs !== 'number' || !(atMs >= 0 && atMs <= 1e12))
    throw new UserError(`trace: atMs[${String(index)}] is ${printable(String(atMs), 40)}; give ms from 0 to 1e12`);
  if (atMs < lastMs)
    throw new UserError(
      `trace: atMs[${String(index)}] is ${String(atMs)}, before ${String(lastMs)}; sort the arrivals`,
    );
}

function checkPayload(index: number, payload: number, count: number): void {
  if (Number.isInteger(payload) && payload >= 0 && payload < count) return;
  throw new UserError(
    `trace: payload[${String(index)}] is ${printable(String(payload), 40)}; there are ${counted(count, 'payload')}, counted from 0`,
  );
}

function lengthOf(durationMs: number | undefined, lastMs: number): number {
  if (durationMs === undefined) return lastMs;
  if (durationMs >= lastMs && durationMs <= 1e12) return durationMs;
  throw new UserError(
    `trace: durationMs is ${printable(String(durationMs), 40)}; give at least the last arrival, ${String(lastMs)}, and at most 1e12`,
  );
}
