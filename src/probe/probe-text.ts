import { formatDuration } from '../report/format-duration.js';
import { counted } from '../text/counted.js';
import type { ProbeStep } from './plan-probe.js';

/** What a probe would do, for the terminal. `cost`: what it costs at most, in words. */
export function probeText(steps: readonly ProbeStep[], cost: string): string {
  const calls = steps.reduce((sum, { atMs }) => sum + atMs.length, 0);
  const lengthMs = steps.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const width = Math.max(...steps.map(({ name }) => name.length));
  return [
    `${counted(steps.length, 'run')}, at most ${counted(calls, 'call')} in ${minutes(lengthMs)} and the time of the last answers; highest cost: ${cost}`,
    ...steps.map(
      ({ name, does, atMs, durationMs }) =>
        `  ${name.padEnd(width)}  ${counted(atMs.length, 'call')} in ${formatDuration(durationMs)}: ${does}`,
    ),
    '',
  ].join('\n');
}

function minutes(ms: number): string {
  return ms < 120_000 ? formatDuration(ms) : `${String(Math.round(ms / 60_000))} min`;
}
