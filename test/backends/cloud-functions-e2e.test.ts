import { tableFromIPC } from 'apache-arrow';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { everythingIn, restoreEnvironment, serveMetadata, serveServiceAccount } from '../support/fake-google.js';
import { expectConserved, freshFolder, readRecord, readReport, ROOT, runCli } from '../support/run-cli.js';
import { pause } from './wire/real-clock.js';

/** A handler as ours are: it counts, reports what it used, and refuses a token that is not made out to it or has expired. */
const HANDLER = `
let calls = 0;
exports.predict = (request, response) => {
  const token = (request.headers.authorization ?? '').split(' ')[1];
  const { aud, exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  if (aud !== process.env.WANTED_AUDIENCE || exp * 1000 <= Date.now()) return response.status(401).send('Unauthorized');
  calls++;
  if (calls === 5) throw new Error('the code of the user');
  response.set('x-replay-cold-start', calls === 1 ? 'cold' : 'warm');
  response.set('x-replay-usage', JSON.stringify({ durationMs: 1.5, memoryMb: 256 }));
  response.json({ predictions: request.body.instances.map(([x]) => [x]) });
};
`;

const open: { close(): void | Promise<void> }[] = [];
const environment = { ...process.env };

const AUDIENCE = 'https://our-function.example';
const AUTH = ['--set', 'auth=id-token', '--set', `audience=${AUDIENCE}`];
afterEach(async () => {
  restoreEnvironment(environment);
  for (const one of open.splice(0).reverse()) await one.close();
});

const RUN = [
  '--rate',
  '20/s',
  '--duration',
  '1s',
  '--process',
  'constant',
  '--body',
  '[[1],[2]]',
  '--quiet',
  '--workers',
  '1',
];

// A token of four seconds may be refreshed late on a starved machine.
describe('the command line and functions-framework', { retry: 1 }, () => {
  it('reports cold starts, server times and the failure of a handler; tokens are valid at all times, and no trace of them is left', async () => {
    const metadata = kept(await serveMetadata(4));
    Object.assign(process.env, metadata.env);
    const { url } = kept(await serveFunction());
    const out = freshFolder();
    const run = RUN.map((word) => (word === '1s' ? '5s' : word === '20/s' ? '10/s' : word));
    const { code, stdout, stderr } = await runCli([
      ...run,
      '--backend',
      'cloud-run',
      '--url',
      url,
      '--out',
      out,
      ...AUTH,
    ]);
    expect([0, 96], stderr).toContain(code);
    const report = readReport(out);
    expectConserved(report);
    expect(report.sections.outcomes).toMatchObject({ ok: 49, failures: { 'server-error': 1 } });
    const rows = rowsOf(out);
    expect(rows.filter(({ cold }) => cold === 'cold').length).toBe(1);
    expect(rows.filter(({ cold }) => cold === 'warm').length).toBe(48);
    expect(rows.filter(({ serverMs }) => serverMs === 1.5).length).toBe(49);
    // One for the check, one for the worker, and at least one more before that expired.
    expect(metadata.issued.length).toBeGreaterThanOrEqual(3);
    const everything = everythingIn(out) + stdout + stderr;
    for (const { text } of metadata.issued)
      for (const part of text.split('.').slice(1)) expect(everything).not.toContain(part);
    expect(everything).not.toContain('planted');
    const options = { url, auth: 'id-token', audience: AUDIENCE };
    expect(readRecord(out)).toMatchObject({ backend: 'cloud-functions', options, notes: [] });
  });

  it('a service account signs for its tokens, and no line of its key is left anywhere', async ({ skip }) => {
    const account = await serveServiceAccount();
    if (account === undefined) return skip('there is no openssl');
    open.push(account);
    Object.assign(process.env, account.env);
    const { url } = kept(await serveFunction());
    const out = freshFolder();
    const { code, stdout, stderr } = await runCli([...RUN, '--backend', 'cf', '--url', url, '--out', out, ...AUTH]);
    expect([0, 96], stderr).toContain(code);
    expect(readReport(out).sections.outcomes).toMatchObject({ ok: 19 });
    expect(account.issued.length).toBe(2);
    const everything = everythingIn(out) + stdout + stderr;
    for (const secret of [...account.secrets, 'planted']) expect(everything).not.toContain(secret);
  });

  it('credentials that are missing or broken end the run before it starts, in one line', async () => {
    const keyFile = join(mkdtempSync(join(tmpdir(), 'replay-key-')), 'key.json');
    writeFileSync(keyFile, '{"type": "service_account", "private_key": "MIIEvQIBADANBg');
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = keyFile;
    const { code, stdout, stderr } = await runCli([...RUN, '--backend', 'cf', '--url', 'https://f-x-uc.a.run.app']);
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/is no key file; give the JSON/)]);
    expect(stdout + stderr).not.toContain('MIIE');
  });
});

function kept<T extends { close(): void | Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

/** Google's own framework with our handler, as a process of its own; its address. */
async function serveFunction(): Promise<{ readonly url: string; readonly close: () => void }> {
  const source = mkdtempSync(join(tmpdir(), 'replay-function-'));
  writeFileSync(join(source, 'function.js'), HANDLER);
  const port = await freePort();
  const main = join(ROOT, 'node_modules/@google-cloud/functions-framework/build/src/main.js');
  const child = spawn(
    process.execPath,
    [main, `--source=${source}/function.js`, '--target=predict', `--port=${String(port)}`],
    {
      env: { ...environment, WANTED_AUDIENCE: AUDIENCE },
      stdio: 'ignore',
    },
  );
  await listens(port);
  return { url: `http://127.0.0.1:${String(port)}/predict`, close: () => void child.kill() };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listens(port: number): Promise<void> {
  for (let i = 0; i < 400; i++) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      }).on('error', () => {
        resolve(false);
      });
    });
    if (isUp) return;
    await pause(25);
  }
  throw new Error(`nobody listens at ${String(port)}`);
}

function rowsOf(folder: string): { readonly cold: unknown; readonly serverMs: unknown }[] {
  const table = tableFromIPC(readFileSync(join(folder, 'samples.arrows')));
  return table.toArray().map((row) => ({ cold: row['cold_start'] as unknown, serverMs: row['server_ms'] as unknown }));
}
