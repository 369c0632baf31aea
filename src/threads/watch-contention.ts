/** One look takes this long: a single other process that runs for 10 ms is no contention. */
const LOOK_MS = 250;
/** A worker that waits for more of the time takes as much from the one it competes with. */
const MOST_WAIT_SHARE = 0.05;
/** Looks in succession that show contention. */
const LOOKS = 2;

/**
 * Watches a thread that spins, from within it. `waitMs` reads how long it has been ready to run and was not let. Calls
 * `contended` once, when others have needed its CPU for half a second: threads that compete for a CPU wait for each other
 * alike, so the wait of this one shows what it costs the service beside it. Returns a way to stop watching.
 */
export function watchContention(waitMs: () => number, contended: (waitedShare: number) => void): () => void {
  let [fromMs, waitedMs, looks] = [performance.now(), waitMs(), 0];
  const timer = setInterval(() => {
    const [nowMs, nowWaitedMs] = [performance.now(), waitMs()];
    const share = (nowWaitedMs - waitedMs) / (nowMs - fromMs);
    [fromMs, waitedMs] = [nowMs, nowWaitedMs];
    looks = share > MOST_WAIT_SHARE ? looks + 1 : 0;
    if (looks < LOOKS) return;
    clearInterval(timer);
    contended(share);
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
  };
}
