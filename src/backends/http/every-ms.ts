/** Without keeping the process alive; tells how long it really was since the last time. */
export function everyMs(periodMs: number, tick: (elapsedMs: number) => void): NodeJS.Timeout {
  let lastMs = performance.now();
  return setInterval(() => {
    const nowMs = performance.now();
    tick(nowMs - lastMs);
    lastMs = nowMs;
  }, periodMs).unref();
}
