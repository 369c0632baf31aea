import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSystem } from '#src/systems/read-system';
import { runCli } from '../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-fit-'));
const at = (name: string): string => join(folder, name);
const mine = at('mine.yaml');

async function made(name: string, args: readonly string[]): Promise<string> {
  const { code, stderr } = await runCli(['run', ...args, '--time', 'virtual', '--no-html', '-q', '--out', at(name)]);
  expect(code, stderr).toBe(0);
  return at(name);
}

const CPU = ['--backend', 'simulated', '--set', 'system=aws-cpu'];

beforeAll(async () => {
  await made('light', ['--rate', '8/s', '--duration', '30s', ...CPU]);
  await made('short', ['--rate', '5/s', '--duration', '2s', ...CPU]);
  await made('batched', ['--rate', '50/s', '--duration', '5s', '--batch-size', '4', '--backend', 'simulated']);
  await made('functions', ['--rate', '20/s', '--duration', '10s', '--backend', 'simulated', '--set', 'system=aws-lambda']); // prettier-ignore
  await made('null', ['--rate', '20/s', '--duration', '10s', '--backend', 'null']);
  await made('failed', ['--rate', '40/s', '--duration', '10s', '--timeout', '1ms', ...CPU]);
  mkdirSync(at('empty'));
}, 180_000);

const like = ['--like', 'aws-cpu', '-o', mine];

describe('one line, exit code 2, nothing written', () => {
  it.each([
    [['fit'], 'name the runs'],
    [['fit', at('light'), '-o', mine], '--like aws-lambda'],
    [['fit', at('light'), '--like', 'aws-cpu'], '-o mine.yaml'],
    [['fit', at('light'), '--like', 'aws-cpuu', '-o', mine], 'did you mean aws-cpu?'],
    [['fit', at('light'), '--like', 'aws-cpu', '-o', at('no/such/light/run.json/mine.yaml')], '--out'],
    [['fit', at('short'), ...like], 'a fit needs at least 30'],
    [['fit', at('batched'), ...like], 'in batches'],
    [['fit', at('empty'), ...like], 'holds no run'],
    [['fit', at('nowhere'), ...like], 'there is no such folder'],
    [['fit', at('light'), at('null'), ...like], 'give runs of one service'],
    [['fit', at('failed'), ...like], 'no call of the runs succeeded'],
    [['score', 'aws-cpu', at('empty')], 'run.json is missing'],
    [['score', './nowhere.yaml', at('light')], 'nowhere.yaml'],
    [['probe', '--dry-run'], 'name the service'],
    [['probe', '--backend', 'simulated', '--only', 'burst', '--skip', 'burst'], 'leave nothing of the probe'],
    [['probe', '--backend', 'simulated', '--hold', '0s'], '--hold'],
    [['probe', '--backend', 'simulatd'], 'did you mean simulated?'],
  ])('replay system %j', async (args, says) => {
    writeFileSync(at('no'), '');
    const { code, stdout, stderr } = await runCli(['system', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^replay: [^\n]+\n$/);
    expect(stderr).toContain(says);
    expect(existsSync(mine)).toBe(false);
  });
});

describe('what is written', () => {
  it('a fit on standard output is the same as in a file, which simulations read; what was not exercised is listed', async () => {
    const out = at('found.yaml');
    const told = await runCli(['system', 'fit', at('light'), '--like', 'aws-cpu', '-o', out]);
    expect(told.code, told.stderr).toBe(0);
    expect(told.stdout).toMatch(/Not exercised.*\n(.*\n)* {2}admission\.waitLimit: \d+ms \(\d+ms to 170000ms\)/);
    const printed = await runCli(['system', 'fit', at('light'), '--like', 'aws-cpu', '-o', '-']);
    expect(printed.stderr).toContain('Not exercised');
    expect(printed.stdout.replace(/^name: .*/, '')).toBe(readFileSync(out, 'utf8').replace(/^name: .*/, ''));
    const system = await readSystem(out);
    expect(system.admission.waitLimit).toEqual((await readSystem('aws-cpu')).admission.waitLimit);
    const predicted = await runCli(['predict', 'traces/workload-40.json', '--system', out, '--draws', '2', '-q']);
    expect(predicted.code, predicted.stderr).toBe(0);
  }, 180_000);

  it.each(['aws-lambda', 'cloud-run-today', 'lambda-today'])('a function service like %s', async (name) => {
    const { code, stdout, stderr } = await runCli(['system', 'fit', at('functions'), '--like', name, '-o', at(`${name}.yaml`), '--json', '-q']); // prettier-ignore
    expect([code, stderr]).toEqual([0, '']);
    const { numbers } = JSON.parse(stdout) as { numbers: { path: string; seen: string; value: number }[] };
    const found = new Map(numbers.map((one) => [one.path, one]));
    expect(found.get('pool.service.time.mean')?.value).toBeCloseTo(18, 0);
    // Ten seconds say little of how long an instance is kept.
    expect(found.get('pool.idleLifetime')?.seen).not.toBe('fitted');
    const { station, meter } = await readSystem(at(`${name}.yaml`));
    expect(station.kind).toBe('pool');
    // The run was priced as in March 2021; Cloud Run is billed in another way than it.
    expect(meter.sheet).toBe(name === 'cloud-run-today' ? '2026-11' : '2021-03');
  });
});
