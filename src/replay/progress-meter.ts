import { RECENT_SECONDS, type FoldedSoFar, type Progress, type RunFacts } from '../progress.js';
import type { Plan, RunRecord } from '../run.js';
import { countInFlight, countSent, type InFlightMemory } from '../loop/in-flight.js';

/** Makes a value of how far the run is, whenever it is read. */
export interface ProgressMeter {
  /** `nowMs`: not below that of the reading before. */
  read(nowMs: number, over?: boolean): Progress;
}

interface Reading {
  readonly nowMs: number;
  readonly due: number;
  readonly sent: number;
}

export function progressMeter(
  record: RunRecord,
  memory: InFlightMemory,
  soFar: (nowMs: number) => FoldedSoFar,
): ProgressMeter {
  const { durationMs, planned } = record.plan;
  const run = factsOf(record);
  const dueUntil = dueCounter(record.plan);
  let readings: readonly Reading[] = [{ nowMs: 0, due: 0, sent: 0 }];
  return {
    read(nowMs, over = false) {
      const reading = { nowMs, due: dueUntil(nowMs), sent: countSent(memory) };
      if (nowMs > 0) readings = [...readings, reading].slice(-RECENT_SECONDS - 1);
      const rates = ratesOf(readings);
      return { run, ...reading, durationMs, planned, inFlight: countInFlight(memory), rates, over, ...soFar(nowMs) };
    },
  };
}

function factsOf({ id, trace, backend, workers, pacing, versions }: RunRecord): RunFacts {
  return { id, trace: trace.name, backend, workers, pacing: pacing.used, version: versions['replay'] ?? '' };
}

/** Exact at whole seconds; between two of them as if evenly spread. */
function dueCounter({ duePerSecond, planned }: Plan): (nowMs: number) => number {
  let sum = 0;
  const before = duePerSecond.map((due) => (sum += due) - due);
  return (nowMs) => {
    const second = Math.floor(nowMs / 1000);
    if (second < 0) return 0;
    const part = (duePerSecond[second] ?? 0) * (nowMs / 1000 - second);
    return Math.floor((before[second] ?? planned) + part);
  };
}

function ratesOf(readings: readonly Reading[]): Progress['rates'] {
  const [first, last] = [readings[0], readings.at(-1)];
  const seconds = ((last?.nowMs ?? 0) - (first?.nowMs ?? 0)) / 1000;
  if (first === undefined || last === undefined || seconds <= 0) return { duePerSecond: 0, sentPerSecond: 0 };
  return { duePerSecond: (last.due - first.due) / seconds, sentPerSecond: (last.sent - first.sent) / seconds };
}
