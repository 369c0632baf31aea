import { HOURLY_KINDS, type CapacityReading } from '../cost-terms.js';

/** How many instances there were from one moment on; ascending. */
export interface CapacityStep {
  readonly atMs: number;
  readonly count: number;
}

/** Instances x ms: the step function (a reading holds until the next), and its bounds, as a change may come any time between. */
export interface CapacityTime {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

/** The readings that say how many instances cost by the hour. */
export function capacitySteps(readings: readonly CapacityReading[]): CapacityStep[] {
  return readings
    .flatMap((reading) => {
      if ('failed' in reading) return [];
      const kind = HOURLY_KINDS.find((one) => reading.counts[one] !== undefined);
      const count = kind === undefined ? undefined : reading.counts[kind];
      return count !== undefined && count >= 0 && count < Infinity ? [{ atMs: reading.atMs, count }] : [];
    })
    .sort((a, b) => a.atMs - b.atMs);
}

/** The readings as counts of one kind; a reading that reports others only reports that there was none. */
export function kindSteps(readings: readonly CapacityReading[], kind: string): CapacityStep[] {
  const told = readings.map((one) =>
    'failed' in one ? one : { atMs: one.atMs, counts: { instances: countOf(one, kind) } },
  );
  return capacitySteps(told);
}

function countOf({ counts }: Extract<CapacityReading, { counts: unknown }>, kind: string): number {
  return Object.hasOwn(counts, kind) ? (counts[kind] as number) : 0;
}

/** What was reported besides the sum of all instances, where there was any. */
export function toldKinds(readings: readonly CapacityReading[]): string[] {
  const kinds = readings.flatMap((one) =>
    'failed' in one ? [] : Object.keys(one.counts).filter((kind) => countOf(one, kind) > 0),
  );
  return [...new Set(kinds)].filter((kind) => !HOURLY_KINDS.some((hourly) => hourly === kind)).sort();
}

/** The time of all instances within a window. Before the first reading and after the last, the nearest holds. */
export function integrate(steps: readonly CapacityStep[], fromMs: number, toMs: number): CapacityTime {
  const time = { low: 0, expected: 0, high: 0 };
  for (const { startMs, endMs, count, next } of stretches(steps, fromMs, toMs)) {
    time.low += Math.min(count, next) * (endMs - startMs);
    time.expected += count * (endMs - startMs);
    time.high += Math.max(count, next) * (endMs - startMs);
  }
  return time;
}

/** Adds what each second holds of the window to `perSecond`. */
export function spreadOver(
  perSecond: Float64Array,
  steps: readonly CapacityStep[],
  fromMs: number,
  toMs: number,
  perMs: number,
): void {
  for (const { startMs, endMs, count } of stretches(steps, fromMs, toMs)) {
    const last = Math.min(perSecond.length - 1, Math.ceil(endMs / 1000) - 1);
    for (let second = Math.max(0, Math.floor(startMs / 1000)); second <= last; second++) {
      const ms = Math.min(endMs, (second + 1) * 1000) - Math.max(startMs, second * 1000);
      perSecond[second] = (perSecond[second] as number) + count * ms * perMs;
    }
  }
}

interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  readonly count: number;
  /** What the next reading says. */
  readonly next: number;
}

function stretches(steps: readonly CapacityStep[], fromMs: number, toMs: number): Stretch[] {
  return steps.flatMap(({ atMs, count }, i) => {
    const after = steps[i + 1];
    const startMs = Math.max(fromMs, i === 0 ? -Infinity : atMs);
    const endMs = Math.min(toMs, after?.atMs ?? Infinity);
    return endMs > startMs ? [{ startMs, endMs, count, next: after?.count ?? count }] : [];
  });
}
