import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fitFromRuns } from '#src/commands/system-fit';
import { scoreRun } from '#src/commands/system-score';
import { ROOT, runCli } from '../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-fit-'));
const TRUTH = join(ROOT, 'test/support/truth-backend.js');

async function runOf(name: string, args: readonly string[]): Promise<string> {
  const out = join(folder, name);
  const { code, stderr } = await runCli(['run', ...args, '--backend', TRUTH, '--time', 'virtual', '--timeout', '2h', '-o', out, '--no-html', '-q']); // prettier-ignore
  expect([code, stderr]).toEqual([0, '']);
  return out;
}

describe('a machine', () => {
  it('is found', async () => {
    const run = await runOf('steps', ['--stages', '0s:5,20s:5,20s:10,40s:10,40s:20,60s:20,60s:40,80s:40,80s:60,200s:60', '--set', 'kind=machine']);
    const mine = join(folder, 'mine.yaml');
    const t = performance.now();
    console.log(await fitFromRuns([run], { like: 'aws-cpu', out: mine, json: false, quiet: true, model: undefined, runtime: undefined }));
    console.log(performance.now() - t);
    for (const rate of [20, 35, 73, 109]) {
    const heavy = await runOf(`heavy-${rate}`, ['--rate', `${rate}/s`, '--duration', '200s', '--seed', '77', '--set', 'kind=machine']);
    console.log(rate, await scoreRun(mine, heavy, { draws: 20, seed: 1, json: false }));
    }
  }, 60000);
});
