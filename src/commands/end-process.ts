/** How often it looks whether all is written. */
const LOOK_MS = 500;

/**
 * Ends the process although something in it goes on (a timer or a socket that a plugin left behind), once all that was written
 * has left. Where nothing goes on, the process ends by itself before.
 */
export function endProcess(): void {
  const { exitCode } = process;
  const exit = process.exit.bind(process);
  // A timer that calls it has no say in the exit code any more.
  process.exit = () => {
    throw new Error('the command is over');
  };
  process.on('uncaughtException', ignore);
  const ending = setInterval(() => {
    if (process.stdout.writableLength + process.stderr.writableLength === 0) exit(exitCode);
  }, LOOK_MS);
  ending.unref();
}

function ignore(): void {
  // The command has reported what it has to.
}
