import { spawnSync } from 'node:child_process';
import { createServer } from 'node:tls';
import { afterEach, expect, it, vi } from 'vitest';
import { rehearseTls } from '#src/backends/wire/rehearse-tls';
import { ROOT } from '../../support/run-cli.js';

afterEach(() => {
  vi.restoreAllMocks();
});

it('makes handshakes that succeed, and leaves nothing open', () => {
  const script = `
    import { rehearseTls } from ${JSON.stringify(`${ROOT}/dist/backends/wire/rehearse-tls.js`)};
    import { Server } from 'node:tls';
    let handshakes = 0;
    const emit = Server.prototype.emit;
    Server.prototype.emit = function (name, ...rest) {
      if (name === 'secureConnection') handshakes++;
      return emit.call(this, name, ...rest);
    };
    await rehearseTls(new AbortController().signal);
    process.on('exit', () => console.log(handshakes));
  `;
  // The process ends by itself only where no socket, server or timer is left.
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect([status, stdout.trim()]).toEqual([0, '4']);
});

it('makes none once it is aborted', async () => {
  const made = vi.spyOn(createServer().constructor.prototype as { emit: () => boolean }, 'emit');
  await rehearseTls(AbortSignal.abort());
  expect(made.mock.calls.filter(([name]: readonly unknown[]) => name === 'secureConnection')).toEqual([]);
});
