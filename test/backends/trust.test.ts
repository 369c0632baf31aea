import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackendPlugin, RawOptions } from '#src/backends/backend';
import { makeAuthority } from '../support/authority.js';
import { isolateAws } from '../support/fake-aws.js';
import { call, json, preparedBackend } from '../support/prepared-backend.js';
import { registeredPlugin } from '../support/registered-plugin.js';

const [lambda, sagemaker, cloudFunctions, aiPlatform] = await Promise.all([
  registeredPlugin('lambda'),
  registeredPlugin('sagemaker'),
  registeredPlugin('cloud-functions'),
  registeredPlugin('ai-platform'),
]);

const authority = makeAuthority('planted-passphrase');
const open: Server[] = [];
afterAll(() => {
  for (const server of open) server.close();
  authority?.remove();
});

/** Subjects of the certificates that clients showed. */
let shown: unknown[] = [];

async function portOf(server: Server): Promise<string> {
  open.push(server);
  server.on('secureConnection', (socket: TLSSocket) => shown.push(socket.getPeerCertificate().subject.CN));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return String((server.address() as AddressInfo).port);
}

const endpoint = 'projects/p/locations/us-central1/endpoints/1';
const CLIENTS: readonly (readonly [string, BackendPlugin, RawOptions, string, 'rest' | 'grpc'])[] = [
  ['lambda', lambda, { function: 'f' }, 'endpointUrl', 'rest'],
  ['the SDK for lambda', lambda, { function: 'f', client: 'sdk' }, 'endpointUrl', 'rest'],
  ['a function URL', lambda, { auth: 'none' }, 'url', 'rest'],
  ['sagemaker', sagemaker, { endpoint: 'e' }, 'endpointUrl', 'rest'],
  ['the SDK for sagemaker', sagemaker, { endpoint: 'e', client: 'sdk' }, 'endpointUrl', 'rest'],
  ['cloud-functions', cloudFunctions, {}, 'url', 'rest'],
  ['ai-platform', aiPlatform, { endpoint }, 'endpointUrl', 'rest'],
  ['gRPC of ai-platform', aiPlatform, { endpoint, transport: 'grpc' }, 'endpointUrl', 'grpc'],
];

describe.skipIf(authority === undefined)('a service that demands a certificate', () => {
  const files = { ca: '', cert: '', key: '', certAndKey: '', ...authority?.files };
  const trusting = { cacert: files.ca, cert: files.cert, key: files.key };
  let ports = { rest: '', grpc: '' };
  beforeAll(async () => {
    isolateAws();
    const demanding = { ...authority?.loopback, requestCert: true, rejectUnauthorized: true };
    const rest = createServer(demanding, (request, response) => {
      request.resume().on('end', () => response.end('{"predictions":[]}'));
    });
    const grpc = createSecureServer(demanding);
    grpc.on('stream', (stream) => {
      stream.on('error', () => undefined);
      stream.respond({ 'content-type': 'application/grpc', 'grpc-status': '0' }, { endStream: true });
    });
    ports = { rest: await portOf(rest), grpc: await portOf(grpc) };
  });

  /** Whether the service saw a certificate, and what one call came to. */
  async function invoked(plugin: BackendPlugin, raw: RawOptions): Promise<{ text: string; saw: unknown[] }> {
    shown = [];
    const backend = await preparedBackend(plugin, raw, [json('{"instances":[[1]]}')]);
    const outcome = await backend.invoke(call());
    await backend.close?.();
    return { text: outcome.ok ? 'ok' : `${outcome.failure}: ${outcome.detail}`, saw: [...new Set(shown)] };
  }

  it.each(CLIENTS)('is called by %s with its files, and without them in vain', async (_, plugin, own, name, kind) => {
    const at = { ...own, [name]: `https://127.0.0.1:${ports[kind]}` };
    const trusted = await invoked(plugin, { ...at, ...trusting });
    expect(trusted.saw).toEqual(['the client']);
    // An empty message is the end of a stream without an answer.
    if (kind === 'rest') expect(trusted.text).toBe('ok');
    const stranger = await invoked(plugin, at);
    expect(stranger.saw).toEqual([]);
    expect(stranger.text).not.toBe('ok');
  });

  it.each([
    ['a key alone', { key: files.key }, /--key is the key of a certificate/],
    ['a passphrase alone', { 'key-passphrase': 'x' }, /key-passphrase= needs --cert/],
    ['an encrypted key', { cert: files.certAndKey }, /passphrase is missing or wrong/],
    ['no file', { cacert: '/nonexistent.pem' }, /--cacert: .*nonexistent/],
  ])('is an error before the start with %s', async (_, given, why) => {
    for (const [, plugin, own, name, kind] of CLIENTS) {
      const at = { ...own, [name]: `https://127.0.0.1:${ports[kind]}`, ...given };
      await expect(preparedBackend(plugin, at, [json('{"instances":[[1]]}')])).rejects.toThrow(why);
    }
  });

  it('is not asked for by a URL without TLS', async () => {
    for (const [, plugin, own, name] of CLIENTS) {
      const at = { ...own, [name]: 'http://127.0.0.1:9', cacert: files.ca };
      await expect(preparedBackend(plugin, at, [json('{"instances":[[1]]}')])).rejects.toThrow(
        /cacert need an https URL/,
      );
    }
  });
});

it.each([lambda, sagemaker, cloudFunctions, aiPlatform].map((plugin) => [plugin.name, plugin.publicOptions] as const))(
  '%s records the paths of certificates, and neither the key nor its passphrase',
  (_, names) => {
    expect(names).toEqual(expect.arrayContaining(['cacert', 'cert']));
    expect(names).not.toEqual(expect.arrayContaining(['key']));
    expect(names).not.toEqual(expect.arrayContaining(['key-passphrase']));
  },
);
