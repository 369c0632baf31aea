import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '#src/commands/index';
import { CLI, freshFolder, readReport, ROOT, runCli, spawnCli } from '../support/run-cli.js';

const MOST_TIMES = 3;
const RUNS = 7;

describe('replay --help', () => {
  it('names every command with its summary, in 80 columns', async () => {
    const { stdout, code } = await runCli(['--help']);
    expect(code).toBe(0);
    const words = stdout.replace(/\s+/g, ' ');
    const named = async (topic: string): Promise<string> =>
      (await runCli([topic, '--help'])).stdout.replace(/\s+/g, ' ');
    for (const [name, { summary }] of Object.entries(COMMANDS)) {
      const [first, second] = name.split(' ') as [string, string?];
      if (second === undefined) expect(words).toContain(`${name} ${summary}`);
      else expect(await named(first)).toContain(`${second} ${summary}`);
    }
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    for (const same of [[], ['-h'], ['help']]) expect((await runCli(same)).stdout).toBe(stdout);
  });

  it('help for a command may be asked for in both ways', async () => {
    const { stdout } = await runCli(['help', 'init']);
    expect(stdout).toContain('replay init');
    expect(stdout).toBe((await runCli(['init', '--help'])).stdout);
  });

  it(`takes at most ${String(MOST_TIMES)} x the time of node -e 0`, () => {
    const took = { help: [] as number[], nothing: [] as number[] };
    for (let i = 0; i < RUNS; i++) {
      took.nothing.push(msOf(['-e', '0']));
      took.help.push(msOf([CLI, '--help']));
    }
    expect(median(took.help)).toBeLessThan(MOST_TIMES * median(took.nothing));
  });
});

it('a closed standard error ends nothing', async () => {
  const out = freshFolder();
  const args = ['--rate', '100/s', '-d', '10s', '--backend', 'simulated', '--time', 'virtual', '-o', out];
  const { code, stdout } = await spawnCli(args, ({ stderr }) => stderr?.destroy());
  expect([code, stdout.includes('VALID')]).toEqual([0, true]);
  expect(readReport(out).verdict.valid).toBe(true);
});

function msOf(args: readonly string[]): number {
  const startMs = performance.now();
  expect(spawnSync(process.execPath, args, { cwd: ROOT }).status).toBe(0);
  return performance.now() - startMs;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
