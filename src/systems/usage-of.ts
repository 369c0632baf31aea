import type { BilledTime } from '../collectors/cost/tariff.js';
import { STAGE_NAMES, type Usage, type UsageName } from '../sample.js';
import { billedMs, handlerMs } from './billed-ms.js';
import type { ColdStartTimes } from './cold-start-times.js';
import type { Meter } from './system.js';

/** What of usage a simulated invocation can have. */
export const SIMULATED_USAGE: readonly UsageName[] = ['durationMs', 'billedMs', 'memoryMb', 'initMs', ...STAGE_NAMES];

/** What an invocation tells of itself, as a function service does. `startMs` NaN: its instance was warm. */
export type UsageOf = (ranMs: number, startMs: number, serial: number) => Usage;

/** `rule`: how requests are billed, null where they are not. `stages`: of the start of an instance, where they are known. */
export function usageOf(
  { billing: { memoryMb }, startShare }: Meter,
  rule: BilledTime | null,
  seed: number,
  stages: ColdStartTimes['stages'],
): UsageOf {
  const memory = memoryMb === undefined ? {} : { memoryMb };
  return (ranMs, startMs, serial) => {
    const durationMs = handlerMs(ranMs, startMs, startShare.value);
    const billed = rule === null ? {} : { billedMs: billedMs(rule, durationMs, startMs) };
    if (Number.isNaN(startMs)) return { durationMs, ...billed, ...memory };
    return { durationMs, ...billed, ...memory, initMs: startMs, ...stages?.(seed, serial) };
  };
}
