/**
 * Against real services, only of the backends that REPLAY_LIVE names (`REPLAY_LIVE=lambda,sagemaker`), with the options
 * and credentials that a run would take from the environment (`REPLAY_LAMBDA_FUNCTION`, ...). They cost money: at most
 * MOST_REQUESTS are sent to each. REPLAY_LIVE_BODY is what is sent.
 */
import { expect, it } from 'vitest';
import { openLoopbackService } from '../support/loopback-service.js';
import { expectConserved, freshFolder, readReport, runCli } from '../support/run-cli.js';

const MOST_REQUESTS = 20;
const named = (process.env['REPLAY_LIVE'] ?? '').split(',').filter((name) => name !== '');
const body = process.env['REPLAY_LIVE_BODY'] ?? '{"instances":[[0.5]]}';

async function replayLive(backend: string): Promise<void> {
  const folder = freshFolder();
  const load = ['--rate', '20/s', '--process', 'constant', '--requests', String(MOST_REQUESTS)];
  const { code, stderr } = await runCli([...load, '-b', body, '--backend', backend, '--quiet', '--out', folder]);
  expect([0, 96], stderr).toContain(code);
  const report = readReport(folder);
  expectConserved(report);
  expect(report.sections.outcomes.planned).toBe(MOST_REQUESTS);
  expect(report.sections.outcomes.ok, JSON.stringify(report.sections.outcomes.failures)).toBeGreaterThan(0);
}

it('no more requests are sent than were allowed, whatever is named', async () => {
  const service = await openLoopbackService();
  process.env['REPLAY_HTTP_URL'] = service.url;
  try {
    await replayLive('http');
  } finally {
    Reflect.deleteProperty(process.env, 'REPLAY_HTTP_URL');
    service.close();
  }
  expect(service.asked()).toBe(MOST_REQUESTS);
});

// None is registered where none is named: a test that is skipped for ever is none.
for (const backend of named) it(`${backend} answers`, { timeout: 180_000 }, () => replayLive(backend));
