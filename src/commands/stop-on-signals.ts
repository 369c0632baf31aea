/** The first Ctrl-C, SIGTERM or SIGHUP (the terminal was closed) aborts the signal; the second kills. */
export function stopOnSignals(tell: () => void): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const release = (): void => {
    for (const name of names) process.removeListener(name, stop);
  };
  const stop = (): void => {
    // Without our listener the next one has its usual effect.
    release();
    tell();
    controller.abort();
  };
  for (const name of names) process.on(name, stop);
  return { signal: controller.signal, release };
}
