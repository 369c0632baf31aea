import { spawn } from 'node:child_process';

/** Starts this many processes that compute without end; resolves when all do, with what ends them. */
export async function startSpinners(count: number): Promise<() => void> {
  const script = "process.stdout.write('.'); for (;;);";
  const spinners = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  await Promise.all(spinners.map((one) => new Promise((resolve) => one.stdout.once('data', resolve))));
  return () => {
    for (const one of spinners) one.kill('SIGKILL');
  };
}
