import type { BilledTime } from '../collectors/cost/tariff.js';
import { STAGE_NAMES, type Usage, type UsageName } from '../sample.js';
import { billedMs, handlerMs } from './billed-ms.js';
import type { ColdStartTimes } from './cold-start-times.js';
import type { Meter } from './system.js';

/** What of usage a simulated invocation can have. */
export const SIMULATED_USAGE: readonly UsageName[] = ['durationMs', 'billedMs', 'memoryMb', 'initMs', ...STAGE_NAMES];

/** What an invocation reports of itself, as a function service does, to be read before the next one is asked for. `startMs` NaN: its instance was warm. */
export type UsageOf = (ranMs: number, startMs: number, serial: number) => Usage;

/** `rule`: how requests are billed, null where they are not. `stages`: of the start of an instance, where they are known. */
export function usageOf(
  { billing: { memoryMb }, startShare }: Meter,
  rule: BilledTime | null,
  seed: number,
  stages: ColdStartTimes['stages'],
): UsageOf {
  /** Of a warm invocation: one object for all of them. What is not known is NaN, which is not kept. */
  const warm = { durationMs: 0.5, billedMs: NaN, memoryMb: memoryMb ?? NaN };
  return (ranMs, startMs, serial) => {
    warm.durationMs = handlerMs(ranMs, startMs, startShare.value);
    if (rule !== null) warm.billedMs = billedMs(rule, warm.durationMs, startMs);
    return Number.isNaN(startMs) ? warm : { ...warm, initMs: startMs, ...stages?.(seed, serial) };
  };
}
