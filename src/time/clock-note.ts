/** A clock that is set by NTP moves by less in any run that is not very long. */
const DIFFERENCE_MS = 5000;

/**
 * A sentence where the wall clock moved by another time than the run's clock counted: that one stands still while the
 * machine sleeps, so that no lateness reports it. It may also have been set. Undefined where they agree.
 */
export function clockNote(wallMs: number, runMs: number): string | undefined {
  const differenceMs = wallMs - runMs;
  // Nor where the run never started, and one of them is not known.
  if (!(Math.abs(differenceMs) > DIFFERENCE_MS)) return undefined;
  const [wall, run] = [wallMs, runMs].map((ms) => `${(ms / 1000).toFixed(1)} s`);
  return `While the run took ${run ?? ''} by its own clock, the wall clock moved by ${wall ?? ''}: ${
    differenceMs > 0 ? 'this machine slept meanwhile (and the service may have dropped its connections), or ' : ''
  }its wall clock was set.`;
}
