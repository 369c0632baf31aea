import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { expectNoSecret } from '../support/expect-no-secret.js';
import { freshFolder, readReport, runCli } from '../support/run-cli.js';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A service that answers with what it was sent: `before`, then its request line and headers. */
async function echoing(status: number, before: string, location?: string): Promise<string> {
  const server = createServer(({ method = '', url = '', headers }, response) => {
    if (location !== undefined) response.setHeader('location', `${location}${url}`);
    response.statusCode = status;
    response.end(`${before}${method} ${url} ${headers.authorization ?? ''} ${JSON.stringify(headers)}`);
  });
  open.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

const SECRETS = ['--header', 'Authorization: Bearer planted/one+"two"', '--header', 'x-api-key: planted-{seq}-key'];

async function expectSecretsKept(url: string, ...more: string[]): Promise<string[]> {
  const out = freshFolder();
  const run = ['--rate', '100/s', '--requests', '20', '--process', 'constant', '--backend', 'http', '--url', url];
  const { stdout, stderr, code } = await runCli([...run, '--pacing', 'economic', '-o', out, ...SECRETS, ...more]);
  // A machine too busy for a valid run keeps secrets, too.
  expect([0, 96], stderr).toContain(code);
  expect(readReport(out).sections.outcomes.ok).toBe(0);
  const exported = join(out, 'rows.csv');
  const told = await runCli(['export', out, '--format', 'csv', '-o', exported]);
  expect(told.code, told.stderr).toBe(0);
  expectNoSecret(out, stdout, stderr, told.stdout, told.stderr);
  return [stdout, JSON.stringify(readReport(out))];
}

describe('what a service echoes of its request stands nowhere in a run', () => {
  it.each(['', 'x'.repeat(186)])('behind %j', async (before) => {
    const host = await echoing(500, before);
    const [, report] = await expectSecretsKept(
      `http://user-planted:planted-word@${host}/v1?key=planted%2Ftwo&a=planted`,
    );
    expect(report).toContain('status 500');
  });

  it('in the address of a redirect, whatever made it', async () => {
    const host = await echoing(302, '', 'https://planted:planted@login.example/sign-in?state=planted&to=');
    const [, report] = await expectSecretsKept(`http://${host}/v1?key=planted`, '--json');
    expect(report).toContain('redirect (302) to https://login.example/sign-in?');
  });
});

it('nor what a plugin says when it brings its thread down', async () => {
  const out = freshFolder();
  const plugin = join(out, '../falls.mjs');
  writeFileSync(
    plugin,
    `export default {
      name: 'falls', summary: 'falls', waits: 'on-the-world', knowsSent: false, publicOptions: [],
      parseOptions: (raw) => raw,
      create: ({ key }) => ({
        invoke() {
          setImmediate(() => { throw new Error('refused ' + key); });
          return new Promise(() => undefined);
        },
      }),
    };`,
  );
  const run = ['--rate', '100/s', '--requests', '20', '--process', 'constant', '--backend', plugin];
  const { stdout, stderr } = await runCli([...run, '--set', 'key=planted-word', '--pacing', 'economic', '-o', out]);
  const report = JSON.stringify(readReport(out));
  expect(report).toMatch(/worker 0 died: backend falls \([^)]*\): refused \(secret\)/);
  expectNoSecret(out, stdout, stderr);
});
