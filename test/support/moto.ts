import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { pause } from '../backends/wire/real-clock.js';

/** Whether the stand-in for AWS is installed here; found without starting it, which takes seconds. */
export const hasMoto = (process.env['PATH'] ?? '')
  .split(delimiter)
  .some((folder) => existsSync(join(folder, 'moto_server')));

/** Starts it on loopback. */
export async function startMoto(): Promise<{ readonly url: string; close(): void }> {
  const port = await freePort();
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore', detached: true });
  // Its launcher is a shell script: the group ends, not the launcher alone.
  const close = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid);
  };
  const url = `http://127.0.0.1:${String(port)}`;
  const endMs = performance.now() + 40_000;
  while (performance.now() < endMs) {
    const answers = await fetch(`${url}/moto-api/`).then(
      () => true,
      () => false,
    );
    if (answers) return { url, close };
    await pause(50);
  }
  close();
  throw new Error('moto_server does not answer');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
