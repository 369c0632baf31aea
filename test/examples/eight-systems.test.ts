import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectConserved, readReport, ROOT } from '../support/run-cli.js';
import { builtFunctions } from '../support/stand-in.js';

it('one command replays the same trace on all eight systems', { timeout: 300_000 }, () => {
  builtFunctions();
  const out = mkdtempSync(join(tmpdir(), 'replay-eight-'));
  const script = join(ROOT, 'examples/eight-systems/run.js');
  const page = readFileSync(join(ROOT, 'docs/eight-systems.md'), 'utf8');
  const { status, stderr } = spawnSync(process.execPath, [script, '--quick', '--out', out], { encoding: 'utf8' });
  // 1: this machine was too busy for all of them to be valid.
  expect([0, 1], stderr).toContain(status);
  const table = readFileSync(join(out, 'table.md'), 'utf8');
  const rows = table.split('\n').filter((line) => /^\| \d/.test(line));
  expect(rows).toHaveLength(8);
  for (const row of rows) {
    const cells = row.split('|').slice(1, -1);
    expect(cells).toHaveLength(11);
    expect(row).toMatch(/\*(CPU )?stand-in: /);
    expect(row.includes('GPU')).toBe(row.includes('CPU stand-in'));
    expect(cells[9]).toMatch(/^ [\d.]+(e-\d+)? USD $/);
  }
  expect(table.match(/^replay mobilenet-trace\.json .*--backend/gm)).toHaveLength(8);
  const folders = readdirSync(out, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders).toHaveLength(8);
  for (const { name } of folders) {
    const report = readReport(join(out, name));
    expectConserved(report);
    expect(report.sections.outcomes).toMatchObject({ planned: 18, unsent: 0 });
    // One that throttles does so by design.
    if (!name.includes('lambda')) expect(report.sections.outcomes.failures).toEqual({});
  }
  // The page keeps the figures of the whole run.
  expect(readFileSync(join(ROOT, 'docs/eight-systems.md'), 'utf8')).toBe(page);
  rmSync(out, { recursive: true });
});
