import type { Backend, Capacity } from '../backends/backend.js';
import type { Clock } from '../clock.js';
import type { CapacityReading } from '../cost-terms.js';
import { messageOf, printable } from '../errors.js';

const EVERY_MS = 5000;
/** A probe that takes longer is given up. */
const PATIENCE_MS = 10_000;
/** The same once the run is over, when everything waits for it. */
const PATIENCE_AT_END_MS = 3000;
const MOST_KINDS = 20;
/** A reason, since the usual one is an error with a stack, made for each. */
const ENOUGH = 'enough';

/**
 * What is provisioned: read at once, every 5 s, and once more when `over` is aborted; then resolves. Never rejects: a
 * probe that fails is a reading that says why. Nothing, when the backend cannot tell.
 */
export async function probeCapacity(backend: Backend, clock: Clock, over: AbortSignal): Promise<CapacityReading[]> {
  if (backend.probe === undefined) return [];
  const readings: CapacityReading[] = [];
  const isOver = (): boolean => over.aborted;
  for (let dueMs = Math.max(0, clock.now()) + EVERY_MS; ; dueMs += EVERY_MS) {
    const last = isOver();
    const reading = await readOnce(backend, clock, over);
    readings.push(reading);
    // What said nothing to the end is not asked once more.
    if (last || (isOver() && 'failed' in reading)) return readings;
    await clock.until(dueMs, over);
  }
}

async function readOnce(backend: Backend, clock: Clock, over: AbortSignal): Promise<CapacityReading> {
  const giveUp = new AbortController();
  const answered = new AbortController();
  const askedMs = clock.now();
  const first = new AbortController();
  const isEnough = (): void => {
    first.abort(ENOUGH);
  };
  over.addEventListener('abort', isEnough);
  const patience = async (): Promise<readonly Capacity[]> => {
    if (!over.aborted) await clock.until(askedMs + PATIENCE_MS, first.signal);
    if (over.aborted) await clock.until(clock.now() + PATIENCE_AT_END_MS, answered.signal);
    if (answered.signal.aborted) return [];
    giveUp.abort();
    throw new Error(`no answer to the probe within ${((clock.now() - askedMs) / 1000).toFixed(0)} s`);
  };
  const tooLate = patience();
  // When the probe was faster, the rejection has no handler.
  tooLate.catch(() => undefined);
  try {
    const capacities = await Promise.race([backend.probe?.(giveUp.signal), tooLate]);
    return { atMs: clock.now(), counts: countsOf(capacities ?? []) };
  } catch (thrown) {
    return { atMs: clock.now(), failed: messageOf(thrown) };
  } finally {
    over.removeEventListener('abort', isEnough);
    isEnough();
    answered.abort(ENOUGH);
  }
}

/** A plugin's answer comes from outside: what is no count is left out. */
function countsOf(capacities: readonly Capacity[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, count } of capacities.slice(0, MOST_KINDS)) {
    const name = printable(kind, 60);
    if (count >= 0 && count < Infinity) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return Object.fromEntries(counts);
}
