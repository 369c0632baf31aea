import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { recordDamages } from './record-damages.js';
import { runCli } from './run-cli.js';

const SLOW_MS = 20_000;

/** Whatever stands in a file of a run folder, every command reads it or refuses it in one line; `cases` damages to each file. */
export async function expectDamagedRecords(cases: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'damaged-records-'));
  const [run, copy] = [join(folder, 'run'), join(folder, 'copy')];
  const load = [
    '--rate',
    '40/s',
    '--duration',
    '3s',
    '--backend',
    'simulated',
    '--time',
    'virtual',
    '--batch-size',
    '2',
  ];
  await runCli([...load, '--machine', 'aws:t2.2xlarge', '--threshold', 'success>1%', '--no-html', '-q', '-o', run]);
  cpSync(run, copy, { recursive: true });
  let refused = 0;
  for (const file of ['run.json', 'report.json']) {
    const text = readFileSync(join(run, file), 'utf8');
    await fc.assert(
      fc.asyncProperty(recordDamages(text), async (damaged) => {
        writeFileSync(join(copy, file), damaged);
        for (const line of [
          ['report', copy, '--no-write'],
          ['compare', copy],
          ['export', copy, '--format', 'jsonl'],
        ]) {
          const from = performance.now();
          const { code, stderr } = await runCli(line);
          expect(performance.now() - from, line.join(' ')).toBeLessThan(SLOW_MS);
          expect([0, 2], `${line.join(' ')}: ${stderr}`).toContain(code);
          if (code === 2) expect(stderr).toMatch(/^replay: [^\n]+\n$/);
          if (code === 2) refused++;
        }
      }),
      { numRuns: cases },
    );
    writeFileSync(join(copy, file), text);
  }
  // A command that refused nothing would read nothing.
  expect(refused).toBeGreaterThan(cases / 2);
  rmSync(folder, { recursive: true });
}
