import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { EXIT } from '#src/errors';
import { expectNoSecret } from '../support/expect-no-secret.js';
import { makeAuthority } from '../support/authority.js';
import { freshFolder, readReport, runCli } from '../support/run-cli.js';

const PASSPHRASE = 'planted-passphrase';
const authority = makeAuthority(PASSPHRASE);
afterAll(() => authority?.remove());

const REQUESTS = 20;
const CLIENTS = ['client=lean', 'client=undici', 'http2=true'];

async function replay(url: string, flags: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const out = freshFolder();
  const load = ['--rate', '100/s', '--process', 'constant', '--requests', String(REQUESTS), '--backend', 'http'];
  const how = ['--workers', '1', '--pacing', 'economic', '--no-html', '--max-lateness', '1s', '--out', out];
  return { ...(await runCli([...load, '--url', url, ...how, ...flags], env)), out };
}

function outcomes(out: string) {
  const { ok, failures } = readReport(out).sections.outcomes;
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  return { ok, failed };
}

describe.skipIf(authority === undefined)('a service that demands a certificate', () => {
  const files = authority?.files ?? {
    ca: '',
    cert: '',
    key: '',
    encryptedKey: '',
    certAndKey: '',
    strangerCert: '',
    strangerKey: '',
  };
  const trusted = ['--cacert', files.ca, '--sni', 'service.test'];
  let url = '';
  /** What each handshake showed to the service. */
  let seen: { readonly who: unknown; readonly sni: unknown }[] = [];

  beforeAll(async () => {
    const { cert = '', key = '', ca = '' } = authority?.service ?? {};
    const options = { cert, key, ca, requestCert: true, rejectUnauthorized: true, allowHTTP1: true };
    const server = createSecureServer(options, (_request, response) => response.end('ok'));
    server.on('secureConnection', (socket: TLSSocket & { servername?: unknown }) => {
      seen.push({ who: socket.getPeerCertificate().subject.CN, sni: socket.servername });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    return () => void server.close();
  });

  it.each(CLIENTS)('gets it, with %s', async (client) => {
    seen = [];
    const run = await replay(url, [...trusted, '--cert', files.cert, '--key', files.key, '--set', client]);
    expect(outcomes(run.out)).toEqual({ ok: REQUESTS, failed: 0 });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual(seen.map(() => ({ who: 'the client', sni: 'service.test' })));
  });

  it('gets it from one file, whose key is encrypted, and the passphrase is written nowhere', async () => {
    const env = { REPLAY_HTTP_KEY_PASSPHRASE: PASSPHRASE };
    const run = await replay(url, [...trusted, '--cert', files.certAndKey], env);
    expect(outcomes(run.out)).toEqual({ ok: REQUESTS, failed: 0 });
    expectNoSecret(run.out, run.stdout, run.stderr);
  });

  it.each(CLIENTS)('fails every request without it, with %s', async (client) => {
    seen = [];
    const run = await replay(url, [...trusted, '--set', client]);
    expect(outcomes(run.out)).toEqual({ ok: 0, failed: REQUESTS });
    expect(seen).toEqual([]);
  });

  it('fails every request with the certificate of a stranger', async () => {
    seen = [];
    const run = await replay(url, [...trusted, '--cert', files.strangerCert, '--key', files.strangerKey]);
    expect(outcomes(run.out)).toEqual({ ok: 0, failed: REQUESTS });
    expect(seen).toEqual([]);
  });

  it.each(CLIENTS)('is not believed under another name, with %s', async (client) => {
    const own = ['--cert', files.cert, '--key', files.key, '--set', client];
    const run = await replay(url, [...own, '--cacert', files.ca, '--sni', 'other.test']);
    expect(outcomes(run.out)).toEqual({ ok: 0, failed: REQUESTS });
  });

  it.each([
    ['--cacert', () => ['--sni', 'service.test']],
    ['--sni', () => ['--cacert', files.ca]],
  ])('is not believed without %s', async (_flag, names) => {
    const run = await replay(url, ['--cert', files.cert, '--key', files.key, ...names()]);
    expect(outcomes(run.out)).toEqual({ ok: 0, failed: REQUESTS });
  });

  it.each([
    [
      'a wrong passphrase',
      () => ['--cert', files.cert, '--key', files.encryptedKey],
      'planted-wrong',
      /passphrase is missing or wrong/,
    ],
    ['no passphrase', () => ['--cert', files.certAndKey], '', /passphrase is missing or wrong/],
    ['the key of another', () => ['--cert', files.cert, '--key', files.strangerKey], '', /not that of the certificate/],
    ['no key', () => ['--cert', files.cert], '', /no private key.*--key FILE/],
    ['no file', () => ['--cert', '/nonexistent.pem'], '', /--cert: .*nonexistent/],
    ['no PEM file', () => ['--cacert', '/dev/null'], '', /no PEM file/],
  ])('%s is refused in one line', async (_what, flags, passphrase, message) => {
    const env = passphrase === '' ? {} : { REPLAY_HTTP_KEY_PASSPHRASE: passphrase };
    const { code, stdout, stderr, out } = await replay(url, flags(), env);
    expect([code, stderr]).toEqual([EXIT.userError, expect.stringMatching(message)]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout + stderr).not.toContain('planted');
    expect(existsSync(out)).toBe(false);
  });
});

describe.each(['client=lean', 'client=undici'])('--unix-socket, with %s', (client) => {
  it('leads there, whatever host the URL names and the environment’s proxy', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'unix-socket-'));
    const path = join(folder, 's');
    const asked: string[] = [];
    const server = createServer(({ url = '', headers: { host = '' } }, response) => {
      asked.push(host + url);
      response.end('ok');
    });
    await new Promise<void>((resolve) => void server.listen(path, resolve));
    onTestFinished(() => {
      server.close();
      rmSync(folder, { recursive: true });
    });
    const flags = ['--unix-socket', path, '--set', client];
    const run = await replay('http://service.test/v1?a=b', flags, { HTTP_PROXY: 'http://127.0.0.1:1' });
    expect(outcomes(run.out)).toEqual({ ok: REQUESTS, failed: 0 });
    expect(asked).toEqual(Array.from({ length: REQUESTS }, () => 'service.test/v1?a=b'));
    expect(readReport(run.out).run.notes.join()).not.toContain('proxy');
  });

  it('that is absent fails each request', async () => {
    const run = await replay('http://service.test/', ['--unix-socket', '/tmp/absent.sock', '--set', client]);
    expect(outcomes(run.out)).toEqual({ ok: 0, failed: REQUESTS });
  });
});
