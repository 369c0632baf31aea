/** Calls `tick` with the time that really passed since the last call; does not keep the process alive. */
export function everyMs(periodMs: number, tick: (elapsedMs: number) => void): NodeJS.Timeout {
  let lastMs = performance.now();
  return setInterval(() => {
    const nowMs = performance.now();
    tick(nowMs - lastMs);
    lastMs = nowMs;
  }, periodMs).unref();
}
