import { UserError } from '../errors.js';
import type { Traffic } from './traffic.js';

const MOST_STEPS = 100_000;

/** Options of k6 as JSON (`k6 run --config`): a scenario whose rate follows the trace in steps. Times within a step are those of k6. */
export function* k6Text(traffic: Traffic, stepMs: number): Generator<string> {
  const steps = Math.max(1, Math.ceil(traffic.durationMs / stepMs));
  if (steps > MOST_STEPS)
    throw new UserError(`--to k6: ${String(steps)} steps are too many for k6; widen them with --step`);
  const counts = new Float64Array(steps);
  for (const { keys } of traffic.chunks())
    for (const at of keys)
      counts[Math.min(steps - 1, Math.floor(at / stepMs))] =
        (counts[Math.min(steps - 1, Math.floor(at / stepMs))] ?? 0) + 1;
  const peak = counts.reduce((most, count) => Math.max(most, count), 1);
  const unit = `${String(stepMs)}ms`;
  const stages = [...counts].flatMap((target) => [
    { target, duration: '0s' },
    { target, duration: unit },
  ]);
  const scenario = {
    executor: 'ramping-arrival-rate',
    startRate: counts[0],
    timeUnit: unit,
    preAllocatedVUs: Math.ceil(peak),
    stages,
  };
  yield `${JSON.stringify({ scenarios: { trace: scenario } }, undefined, 1)}\n`;
}
