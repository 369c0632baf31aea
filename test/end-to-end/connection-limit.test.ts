import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '#src/errors';
import { freshFolder, readRecord, readReport, runCli } from '../support/run-cli.js';

const SERVICE_MS = 20;
const server = createServer((_request, response) => void setTimeout(() => response.end('ok'), SERVICE_MS));
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** 50 requests a second can be carried by one connection. */
const load = (rate: number, out: string): string[] => [
  ...['--rate', `${String(rate)}/s`, '--process', 'constant', '--duration', '400ms', '--backend', 'http'],
  ...['--url', url, '--workers', '1', '--pacing', 'economic', '--no-html', '--quiet', '--out', out],
];

function configFile(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'replay-limit-')), 'limit.yaml');
  writeFileSync(path, 'set:\n  connections: 1\n');
  return path;
}

describe('a limit of connections makes waiting our own share', () => {
  it.each([
    ['--set', ['--set', 'connections=1'], {}],
    ['the environment', [], { REPLAY_HTTP_CONNECTIONS: '1' }],
    ['a config file', ['--config', configFile()], {}],
  ] as const)('whoever set it: %s', async (_who, flags, env) => {
    const out = freshFolder();
    const { code } = await runCli([...load(100, out), ...flags], env);
    expect(readRecord(out).plan.connections).toBe(1);
    expect(readReport(out).verdict.reasons.join(' ')).toMatch(/Waiting for a free connection/);
    expect(code).toBe(EXIT.invalid);
  });

  it('also where hardly any request is answered, so that no response is moved', async () => {
    const out = freshFolder();
    const { code } = await runCli([...load(1000, out), '--connections', '1', '--timeout', '25ms']);
    const { verdict, sections } = readReport(out);
    expect(code).toBe(EXIT.invalid);
    expect(sections.health.starved?.requests).toBeGreaterThan(300);
    expect(verdict.reasons.join(' ')).toMatch(
      /\d+ requests of 400 .* wait for one of 1 connection \(\d.* ms on average/,
    );
  });

  it('without one a service that never answers is measured', async () => {
    const out = freshFolder();
    await runCli([...load(100, out), '--timeout', '5ms']);
    const { sections } = readReport(out);
    expect(sections.outcomes.failures.timeout).toBeGreaterThan(30);
  });
});
