import { expect, it } from 'vitest';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../support/run-cli.js';
import { expectRefusedImports } from '../support/expect-refused-import.js';

it('damaged sources are imported or refused in one line', async () => {
  await expectRefusedImports(500, 7);
});

it('a failed import exits 2 with one line, and leaves the file that was there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-import-'));
  try {
    const [source, output] = [join(folder, 'a.csv'), join(folder, 'out.json')];
    writeFileSync(source, 'at_s\n1\n2\nx\n');
    writeFileSync(output, 'before');
    const { code, stderr } = await runCli(['trace', 'import', source, '-o', output]);
    expect([code, stderr]).toEqual([
      2,
      `replay: ${source}: line 4: at_s: "x" is no time; correct it, or leave such rows out with --skip-bad\n`,
    ]);
    expect([readFileSync(output, 'utf8'), readdirSync(folder).sort()]).toEqual(['before', ['a.csv', 'out.json']]);
    expect((await runCli(['trace', 'import', source, '--skip-bad', '-o', join(folder, 'new.json')])).code).toBe(0);
    expect(existsSync(join(folder, 'new.json'))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
