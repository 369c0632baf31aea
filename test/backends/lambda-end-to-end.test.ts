import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectNoSecret } from '../support/expect-no-secret.js';
import { CREDENTIALS, type FakeAws, isolateAws, logTail, startFakeAws } from '../support/fake-aws.js';
import { expectConserved, freshFolder, readReport, runCli } from '../support/run-cli.js';

const open: FakeAws[] = [];
beforeEach(() => {
  isolateAws();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function fake(answer: Parameters<typeof startFakeAws>[0], accepts = [CREDENTIALS]): Promise<FakeAws> {
  const server = await startFakeAws(answer, () => accepts);
  open.push(server);
  return server;
}

describe('end to end', () => {
  it('a run reports cold starts, failures, and no secret', async () => {
    const server = await fake((_seen, nth) => {
      if (nth === 0) return { headers: logTail({ durationMs: 5, billedMs: 105, initMs: 100 }) };
      if (nth % 10 === 5)
        return {
          body: '{"errorMessage":"oops"}',
          headers: { 'x-amz-function-error': 'Unhandled', ...logTail({ durationMs: 1, billedMs: 1 }) },
        };
      if (nth % 10 === 7)
        return {
          status: 429,
          headers: { 'x-amzn-errortype': 'TooManyRequestsException' },
          body: '{"Reason":"ConcurrentInvocationLimitExceeded"}',
        };
      return { headers: logTail({ durationMs: 5, billedMs: 5 }) };
    });
    const folder = freshFolder();
    const shared = [
      '--rate',
      '40/s',
      '--duration',
      '1s',
      '--process',
      'constant',
      '--body',
      '{"a":1}',
      '-w',
      '1',
      '--quiet',
    ];
    const args = [
      ...shared,
      '--backend',
      'lambda',
      '--set',
      'function=f',
      '--set',
      `endpointUrl=${server.url}`,
      '-o',
      folder,
    ];
    const { code, stdout, stderr } = await runCli(args);
    expect([0, 96]).toContain(code);
    const report = readReport(folder);
    expectConserved(report);
    expect(report.sections.outcomes.failures).toMatchObject({ 'function-error': 4, throttled: 4 });
    expectNoSecret(folder, stdout, stderr);
    expect(readFileSync(join(folder, 'run.json'), 'utf8')).toContain(server.url);
  });

  it('a run whose key is refused says so, and no secret', async () => {
    const server = await fake(() => ({}), []);
    const folder = freshFolder();
    const shared = ['--rate', '20/s', '--duration', '0.5s', '-w', '1', '--quiet', '-o', folder];
    const args = [...shared, '--backend', 'lambda', '--set', 'function=f', '--set', `endpointUrl=${server.url}`];
    const { stdout, stderr } = await runCli(args);
    const { failures, planned } = readReport(folder).sections.outcomes;
    expect(failures).toEqual({ unauthorized: planned });
    expectNoSecret(folder, stdout, stderr);
    expect(stderr).not.toContain('NodeVersionSupportWarning');
  });
});
