/** How often it looks whether all is written. */
const LOOK_MS = 500;

/**
 * Ends the process although something in it goes on (a timer or a socket that a plugin left behind), once all that was written
 * has left. Where nothing goes on, the process ends by itself before.
 */
export function endProcess(): void {
  const ending = setInterval(() => {
    if (process.stdout.writableLength + process.stderr.writableLength === 0) process.exit();
  }, LOOK_MS);
  ending.unref();
}
