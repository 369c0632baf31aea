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

describe('a function service', () => {
  it('is found', async () => {
    const kind = ['--set', 'kind=functions'];
    const runs = [
      await runOf('lone', ['--rate', '1/s', '--duration', '30s', '--process', 'constant', ...kind]),
      await runOf('burst', ['--stages', '0s:300,1s:300,1.001s:0,60s:0', ...kind]),
      await runOf('gaps', ['--stages', '0s:100,0.1s:100,0.101s:0,10s:0,10.001s:100,10.1s:100,10.101s:0,30s:0,30.001s:100,30.1s:100,30.101s:0,70s:0,70.001s:100,70.1s:100,70.101s:0,150s:0,150.001s:100,150.1s:100,150.101s:0,310s:0,310.001s:100,310.1s:100', ...kind]),
      await runOf('steps', ['--stages', '0s:2,20s:2,20s:4,40s:4,40s:8,60s:8,60s:16,80s:16,80s:32,100s:32,100s:64,120s:64', ...kind]),
    ];
    const mine = join(folder, 'mine.yaml');
    const t = performance.now();
    console.log(await fitFromRuns(runs, { like: 'gcp-cloud-functions', out: mine, json: false, quiet: true, model: undefined, runtime: undefined }));
    console.log(performance.now() - t);
    const heavy = await runOf('heavy', [join(ROOT, 'traces/workload-40.json'), '--seed', '77', ...kind]);
    console.log(await scoreRun(mine, heavy, { draws: 20, seed: 1, json: false }));
  }, 60000);
});
