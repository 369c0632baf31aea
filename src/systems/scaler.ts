import type { Autoscaler, ScalingMetric } from './system.js';

/** Watches a station, and says at the end of each period how many instances there should be more, or fewer. */
export interface Scaler {
  readonly periodMs: number;
  readonly delayMs: number;
  arrived(requests: number): void;
  /** Before something changes: what has held until now. */
  changes(nowMs: number, taken: number, places: number, waiting: number, instances: number): void;
  /** Instances to add (above 0) or to take away. */
  decide(nowMs: number, ready: number, starting: number): number;
}

const MS_PER_MINUTE = 60_000;

export function createScaler(rule: Autoscaler): Scaler {
  const seen = { sinceMs: 0, takenMs: 0, placesMs: 0, waitingMs: 0, instancesMs: 0, arrivals: 0 };
  const periodMs = rule.period.value;
  let [outUntilMs, inUntilMs] = [-Infinity, -Infinity];
  const begin = (nowMs: number): void => {
    Object.assign(seen, { sinceMs: nowMs, takenMs: 0, placesMs: 0, waitingMs: 0, instancesMs: 0, arrivals: 0 });
  };
  return {
    periodMs,
    delayMs: rule.delay.value,
    arrived(requests) {
      seen.arrivals += requests;
    },
    changes(nowMs, taken, places, waiting, instances) {
      const ms = nowMs - seen.sinceMs;
      if (ms <= 0) return;
      seen.sinceMs = nowMs;
      seen.takenMs += taken * ms;
      seen.placesMs += places * ms;
      seen.waitingMs += waiting * ms;
      seen.instancesMs += instances * ms;
    },
    decide(nowMs, ready, starting) {
      const wanted = Math.ceil((ready * METRICS[rule.metric.value](seen)) / rule.target.value - 1e-9);
      const bounded = Math.min(Math.max(wanted, rule.minimum.value), rule.maximum.value);
      begin(nowMs);
      const more = bounded - ready - starting;
      if (more > 0 && nowMs >= outUntilMs) {
        outUntilMs = nowMs + rule.scaleOutCooldown.value;
        return more;
      }
      if (bounded >= ready || starting > 0 || nowMs < inUntilMs) return 0;
      inUntilMs = nowMs + rule.scaleInCooldown.value;
      return bounded - ready;
    },
  };
}

interface Seen {
  readonly takenMs: number;
  readonly placesMs: number;
  readonly waitingMs: number;
  readonly instancesMs: number;
  readonly arrivals: number;
}

const METRICS: Readonly<Record<ScalingMetric, (seen: Seen) => number>> = {
  utilisation: ({ takenMs, placesMs }) => over(takenMs, placesMs),
  'requests-per-instance': ({ arrivals, instancesMs }) => over(arrivals * MS_PER_MINUTE, instancesMs),
  'waiting-per-instance': ({ waitingMs, instancesMs }) => over(waitingMs, instancesMs),
  'in-flight-per-instance': ({ takenMs, waitingMs, instancesMs }) => over(takenMs + waitingMs, instancesMs),
};

function over(sum: number, by: number): number {
  return by === 0 ? 0 : sum / by;
}
