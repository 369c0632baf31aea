import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshFolder, ROOT, runCli } from '../support/run-cli.js';

const SLEEPY = join(ROOT, 'test/support/sleepy-backend.js');
const load = ['--rate', '50/s', '--duration', '3s', '--backend', SLEEPY, '--quiet', '--no-html'];

it('a backend that waits for real time is refused virtual time: one line, exit 2, no folder', async () => {
  const out = join(freshFolder(), 'virtual');
  const { code, stderr } = await runCli([...load, '--time', 'virtual', '--out', out]);
  expect(stderr).toMatch(/^replay: backend sleepy waits for real time .*--time real.*\n$/);
  expect(code).toBe(2);
  expect(existsSync(out)).toBe(false);
});
