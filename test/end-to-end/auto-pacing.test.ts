import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { cpuBudget } from '#src/host/cpu-budget';
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
  return runFor('500ms', ...more);
}

async function runFor(duration: string, ...more: readonly string[]) {
  const out = freshFolder();
  const args = ['--rate', '200/s', '-d', duration, '--no-html', '--max-lateness', '10s', '-o', out, ...more];
  const { stderr, stdout } = await spawnCli(args);
  return { stderr, stdout, record: readRecord(out), report: readReport(out) };
}

it('the line and the report say how the schedule is kept beside a service on this machine, and why', async () => {
  const { stderr, stdout, record } = await run('--backend', 'http', '--url', url);
  const { used, why } = record.pacing;
  const [line = ''] = stderr.split('\n').filter((text) => text.includes('pacing'));
  // A worker may have stopped spinning since.
  expect(line).toMatch(/^(exact|economic) pacing, 1 worker: /);
  if (!why.startsWith('exact until')) expect(line).toBe(`${used} pacing, 1 worker: ${why}`);
  expect(stdout.replace(/\s+/g, ' ')).toContain(`${used} pacing (auto: ${why})`);
});

it.runIf(cpus === 2)('a worker spins beside a service, and stops when others need its CPU', async () => {
  const { record: quiet } = await run('--backend', 'http', '--url', url);
  const spinning = runFor('4s', '--backend', 'http', '--url', url);
  setTimeout(() => void startSpinners(cpus).then((stop) => (stopSpinners = stop)), 2500);
  const { record, report } = await spinning;
  // On a busy machine the rehearsal may have shown it already.
  if (quiet.pacing.used === 'exact' && !record.pacing.why.endsWith('during the rehearsal')) {
    expect(record.pacing).toMatchObject({ asked: 'auto', used: 'economic' });
    expect(record.pacing.why).toMatch(/^exact until \d+\.\d s after the start: a worker had waited \d+ % of the time/);
  }
  expect(report.sections.outcomes).toMatchObject({ unsent: 0 });
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
