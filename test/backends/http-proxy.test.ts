import { createServer, type Server } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '#src/errors';
import { expectNoSecret } from '../support/expect-no-secret.js';
import { openLoopbackProxy, type LoopbackProxy } from '../support/loopback-proxy.js';
import { freshFolder, readReport, runCli, type Finished } from '../support/run-cli.js';
import { makeCertificate } from './wire/certificate.js';

const certificate = makeCertificate();
afterAll(() => certificate?.remove());

let service: Server;
let proxy: LoopbackProxy;
beforeAll(async () => {
  service = createServer((_request, response) => response.end('ok'));
  proxy = await openLoopbackProxy(await listening(service));
});
afterAll(() => {
  proxy.close();
  service.closeAllConnections();
  service.close();
});

const REQUESTS = 20;
/** A name that only the proxy knows. */
const URL_BY_NAME = 'http://service.test/a?b=c';
const withUser = (port: number): string => `http://planted-user:planted%20word@127.0.0.1:${String(port)}`;
const CREDENTIALS = `Basic ${Buffer.from('planted-user:planted word').toString('base64')}`;

async function replay(flags: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const out = freshFolder();
  const finished: Finished = await runCli(
    [
      ...['--rate', '100/s', '--process', 'constant', '--requests', String(REQUESTS), '--backend', 'http', '--workers'],
      ...['1', '--pacing', 'economic', '--no-html', '--max-lateness', '1s', '--out', out, ...flags],
    ],
    env,
  );
  return { ...finished, out };
}

describe('with client=undici', () => {
  it.each([
    ['--set proxy', (port: number) => ['--set', `proxy=${withUser(port)}`], () => ({})],
    ['HTTP_PROXY', () => [], (port: number) => ({ HTTP_PROXY: withUser(port) })],
  ] as const)(
    'http goes through the proxy of %s in absolute form, whose password stays secret',
    async (name, flags, env) => {
      const before = proxy.seen.length;
      const run = await replay(['--url', URL_BY_NAME, '--set', 'client=undici', ...flags(proxy.port)], env(proxy.port));
      const { sections, run: summary } = readReport(run.out);
      expect(sections.outcomes.ok).toBe(REQUESTS);
      const seen = proxy.seen.slice(before);
      expect(seen).toHaveLength(REQUESTS);
      expect(new Set(seen.map(({ line, credentials }) => `${line} ${credentials ?? ''}`))).toEqual(
        new Set([`GET ${URL_BY_NAME} ${CREDENTIALS}`]),
      );
      expect(summary.backendFacts['client']).toBe('undici, HTTP/1.1, through a proxy');
      expect(summary.notes.join()).toContain(`through a proxy (${name})`);
      expectNoSecret(run.out, run.stdout, run.stderr);
    },
  );

  it.skipIf(certificate === undefined)('https goes through a tunnel', async () => {
    const { key = '', cert = '' } = certificate ?? {};
    const secure = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
      response.end(request.httpVersion);
    });
    const tunnel = await openLoopbackProxy(await listening(secure));
    const set = ['client=undici', 'insecure=true', 'expect=body~1.1'];
    const proxied = ['--set', `proxy=http://127.0.0.1:${String(tunnel.port)}`];
    const run = await replay(['--url', 'https://service.test/', ...proxied, ...set.flatMap((one) => ['--set', one])]);
    tunnel.close();
    secure.close();
    expect(readReport(run.out).sections.outcomes.failures).toEqual({});
    expect(new Set(tunnel.seen.map(({ line }) => line))).toEqual(new Set(['CONNECT service.test:443']));
  });

  it('a host of NO_PROXY is reached past it', async () => {
    const before = proxy.seen.length;
    const { port } = service.address() as AddressInfo;
    const env = { HTTP_PROXY: withUser(proxy.port), NO_PROXY: 'ip6-localhost,127.0.0.1' };
    const run = await replay(['--url', `http://127.0.0.1:${String(port)}/`, '--set', 'client=undici'], env);
    expect(readReport(run.out).sections.outcomes.ok).toBe(REQUESTS);
    expect(proxy.seen.length).toBe(before);
  });

  it('an address given with --resolve would mean nothing to a proxy, and is used where NO_PROXY has the host', async () => {
    const { port } = service.address() as AddressInfo;
    const resolve = ['--resolve', `service.test:${String(port)}:127.0.0.1`, '--set', 'client=undici'];
    const flags = ['--url', `http://service.test:${String(port)}/`, ...resolve];
    const env = { HTTP_PROXY: withUser(proxy.port) };
    const refused = await replay(flags, env);
    expect([refused.code, refused.stderr]).toEqual([
      EXIT.userError,
      expect.stringMatching(/leave out resolve.*NO_PROXY/),
    ]);
    const before = proxy.seen.length;
    const run = await replay(flags, { ...env, NO_PROXY: `.TEST.:${String(port)}` });
    expect(readReport(run.out).sections.outcomes.ok).toBe(REQUESTS);
    expect(proxy.seen.length).toBe(before);
  });
});

describe.each(['lean', 'undici'])('a network of no_proxy, with client=%s', (client) => {
  // Loopback by itself needs no exemption; as an IPv6 address it does.
  const flags = (): string[] => {
    const { port } = service.address() as AddressInfo;
    return ['--url', `http://[::ffff:127.0.0.1]:${String(port)}/`, '--set', `client=${client}`];
  };

  it('is reached past the proxy', async () => {
    const before = proxy.seen.length;
    const run = await replay(flags(), { http_proxy: withUser(proxy.port), no_proxy: '10.0.0.0/8 127.0.0.0/8' });
    expect(readReport(run.out).sections.outcomes.ok).toBe(REQUESTS);
    expect(proxy.seen.length).toBe(before);
  });

  it('leaves other addresses to the proxy, whatever NO_PROXY says beside it', async () => {
    const before = proxy.seen.length;
    const env = { http_proxy: withUser(proxy.port), no_proxy: '126.0.0.0/8', NO_PROXY: '*' };
    const { code, stderr } = await replay(flags(), env);
    const refusal = /http_proxy is set.*add \[::ffff:7f00:1\] to no_proxy\n/;
    if (client === 'lean') expect([code, stderr]).toEqual([EXIT.userError, expect.stringMatching(refusal)]);
    expect(proxy.seen.length - before).toBe(client === 'lean' ? 0 : REQUESTS);
  });
});

it.each([
  [['--set', 'proxy=http://planted:x@p:1'], {}, /--set client=undici/],
  [[], { HTTP_PROXY: 'http://planted:x@p:1' }, /HTTP_PROXY is set.*--set client=undici.*NO_PROXY/],
  [['--set', 'client=undici', '--set', 'proxy=socks5://planted@p:1'], {}, /give a URL such as/],
  [['--set', 'client=undici'], { HTTP_PROXY: 'socks5://planted@p:1' }, /HTTP_PROXY is no http or https URL/],
] as const)('%j with %j is refused with what to do', async (flags, env, message) => {
  const { code, stderr } = await replay(['--url', URL_BY_NAME, ...flags], env);
  expect(code).toBe(EXIT.userError);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain('planted');
});

async function listening(server: {
  listen(port: number, host: string, then: () => void): unknown;
  address(): unknown;
}) {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
