import type { Stops } from '../run.js';

/** How long the process was stopped and when, as a clause. `stops` holds at least one. */
export function wasStopped({ count, totalMs, longest }: Stops): string {
  const [worst] = [...longest].sort((a, b) => b.lengthMs - a.lengthMs);
  const { atMs = 0, lengthMs = 0 } = worst ?? {};
  const when = `${ms(lengthMs)} at ${(atMs / 1000).toFixed(1)} s`;
  const howLong = count === 1 ? `for ${when}` : `${String(count)} times for ${ms(totalMs)} in all, the longest ${when}`;
  return `the process was stopped ${howLong} (SIGSTOP, a paused container, or steal)`;
}

function ms(value: number): string {
  return value < 10_000 ? `${String(Math.round(value))} ms` : `${(value / 1000).toFixed(1)} s`;
}
