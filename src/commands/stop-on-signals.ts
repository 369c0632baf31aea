/**
 * The first Ctrl-C, SIGTERM or SIGHUP (the terminal was closed) aborts the signal; the second kills, also where a plugin listens to
 * it, or has removed our listener.
 */
export function stopOnSignals(tell: () => void): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const release = (): void => {
    process.removeListener('removeListener', keep);
    for (const name of names) process.removeListener(name, stop);
  };
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      release();
      process.removeAllListeners(name);
      process.kill(process.pid, name);
      return;
    }
    tell();
    controller.abort();
  };
  const keep = (name: string | symbol, listener: unknown): void => {
    if (listener === stop) process.on(name as NodeJS.Signals, stop);
  };
  for (const name of names) process.on(name, stop);
  process.on('removeListener', keep);
  return { signal: controller.signal, release };
}
