import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshFolder, readReport, runCli } from '../support/run-cli.js';

const RATE = (15_000 / 870).toFixed(4);
/** About 2 s where Node starts in 0.04 s. */
const MOST_STARTS = 60;

it('15,000 requests of 870 s pass in seconds, and two runs are the same to the bit', async () => {
  const args = [
    '--rate',
    RATE,
    '-n',
    '15000',
    '--backend',
    'simulated',
    '--set',
    'servers=4',
    '--time',
    'virtual',
    '-q',
  ];
  const folders = [freshFolder(), freshFolder()];
  const took: number[] = [];
  const starts: number[] = [];
  for (const out of folders) {
    starts.push(...[1, 2, 3].map(() => msOf(() => spawnSync(process.execPath, ['-e', '0']))));
    const startMs = performance.now();
    const { code, stderr } = await runCli([...args, '-o', out]);
    took.push(performance.now() - startMs);
    expect(code, stderr).toBe(0);
  }
  const [one = '', other = ''] = folders;
  expect(readReport(one).sections.outcomes.planned).toBe(15_000);
  expect(readReport(one).run.durationMs).toBeGreaterThan(800_000);
  for (const file of ['report.json', 'run.json', 'samples.arrows', 'latency.hlog', 'report.html'])
    expect(readFileSync(join(one, file)).equals(readFileSync(join(other, file))), file).toBe(true);
  expect(Math.min(...took)).toBeLessThan(MOST_STARTS * Math.min(...starts));
});

function msOf(work: () => unknown): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}
