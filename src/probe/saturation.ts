import type { StoredReport } from '../run-folder/report-shape.js';
import type { ProbeStep } from './plan-probe.js';

/** A median this many times that at light load means that requests wait. */
const SLOWER = 3;
const LEAST_SUCCESS = 0.95;
/** A rate is held at this many times what the service got done. */
const BEYOND = 2;

/** Learns from step after step whether a rate was more than the service can do. */
export class Saturation {
  /** The rate to hold; undefined: nothing has saturated the service yet. */
  perSecond: number | undefined;
  #leastMedianMs = Infinity;

  learn(step: ProbeStep, { sections, run }: Pick<StoredReport, 'sections' | 'run'>): void {
    if (step.part !== 'lone' && step.only !== 'until-saturated') return;
    const { successRatio, ok } = sections.outcomes;
    const { p50Ms } = sections.latency.response;
    const isSlow = p50Ms !== null && p50Ms > SLOWER * this.#leastMedianMs;
    if (p50Ms !== null) this.#leastMedianMs = Math.min(this.#leastMedianMs, p50Ms);
    if (step.perSecond === undefined || (!isSlow && (successRatio ?? 1) >= LEAST_SUCCESS)) return;
    const lastMs = (sections.timeline.seconds.at(-1)?.second ?? 0) * 1000;
    const done = (ok * 1000) / Math.max(run.durationMs, step.durationMs, lastMs);
    this.perSecond = Math.max(step.perSecond, BEYOND * done);
  }
}
