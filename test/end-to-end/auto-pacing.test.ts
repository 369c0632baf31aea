import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { cpuBudget } from '#src/cpu-budget';
import { startSpinners } from '../support/spinners.js';
import { freshFolder, readRecord, readReport, spawnCli } from '../support/run-cli.js';

/** A service on this machine; runs are processes of their own. */
let service: Server;
let url: string;
let stopSpinners = (): void => undefined;
beforeAll(async () => {
  service = createServer((_, response) => response.end('ok'));
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  url = `http://localhost:${String((service.address() as AddressInfo).port)}/`;
});
afterAll(() => {
  service.close();
});
afterEach(() => {
  stopSpinners();
});

const cpus = cpuBudget();

async function run(...more: readonly string[]) {
  const out = freshFolder();
  const args = ['--rate', '200/s', '-d', '500ms', '--no-html', '--max-lateness', '10s', '-o', out, ...more];
  const { stderr, stdout } = await spawnCli(args);
  return { stderr, stdout, record: readRecord(out), report: readReport(out) };
}

it('a service on this machine needs a CPU of it, and the line and the report say how the schedule is kept and why', async () => {
  const { stderr, stdout, record, report } = await run('--backend', 'http', '--url', url);
  const { used, why } = record.pacing;
  if (cpus < 3) {
    expect(used).toBe('economic');
    expect(why).toMatch(/^exact pacing wants 3 CPUs \(1 worker, the main thread and the service on this machine\)/);
    // It sleeps: nothing spins beside the service.
    expect(report.sections.health.resources?.['workerCpuShareMax']).toBeLessThan(0.9);
  }
  expect(stderr.split('\n').filter((line) => line.includes('pacing'))).toEqual([`${used} pacing, 1 worker: ${why}`]);
  expect(stdout.replace(/\s+/g, ' ')).toContain(`${used} pacing (auto: ${why})`);
});

it.runIf(cpus >= 2)('beside others that need all CPUs a run that could spin does not', async () => {
  stopSpinners = await startSpinners(Math.ceil(cpus));
  const { stderr, record, report } = await run('--backend', 'null', '--workers', '1');
  expect(record.pacing).toMatchObject({ asked: 'auto', used: 'economic' });
  expect(record.pacing.why).toMatch(/during the rehearsal$/);
  expect(stderr).toContain(`economic pacing, 1 worker: ${record.pacing.why}\n`);
  expect(report.sections.health.resources?.['spinningWorkers']).toBe(0);
  expect(report.sections.health.resources?.['otherProcessesMs']).toBeGreaterThan(0);
});

it('more workers than CPUs are warned of before the start, with one advice', async () => {
  const tooMany = String(Math.floor(cpus) + 1);
  const { stderr, stdout } = await run('--backend', 'null', '--workers', tooMany);
  expect(stderr.match(/warning: .*/g)).toEqual([
    expect.stringMatching(
      new RegExp(
        `^warning: ${tooMany} workers share [\\d.]+ CPUs? and will wait for each other; \\d+/s needs --workers 1`,
      ),
    ),
  ]);
  expect(`${stderr}${stdout}`).not.toMatch(/more workers \(/);
});
