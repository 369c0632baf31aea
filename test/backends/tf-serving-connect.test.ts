import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { makeAuthority } from '../support/authority.js';
import { freshFolder, readReport, runCli } from '../support/run-cli.js';

const authority = makeAuthority('planted-passphrase');
afterAll(() => authority?.remove());

const REQUESTS = 10;
const METADATA = {
  metadata: {
    signature_def: {
      signature_def: {
        serving_default: {
          inputs: {
            x: { dtype: 'DT_FLOAT', tensor_shape: { dim: [{ size: '-1' }, { size: '1' }] }, name: 'x:0' },
          },
        },
      },
    },
  },
};

/** Paths that were asked for, with the host that was named. */
let asked: string[] = [];
beforeEach(() => {
  asked = [];
});

const answer: RequestListener = (request, response) => {
  asked.push(`${request.headers.host ?? ''}${request.url ?? ''}`);
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.method === 'GET' ? METADATA : { predictions: [[1]] }));
  });
};

async function replay(flags: readonly string[]) {
  const out = freshFolder();
  const load = ['--rate', '100/s', '--process', 'constant', '--requests', String(REQUESTS), '--backend', 'tf-serving'];
  const how = ['--workers', '1', '--pacing', 'economic', '--no-html', '--max-lateness', '1s', '--out', out];
  return { ...(await runCli([...load, '--model', 'm', ...how, ...flags])), out };
}

const okOf = (out: string): number => readReport(out).sections.outcomes.ok;

async function portOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return String((server.address() as AddressInfo).port);
}

const asks = (host: string): string[] => [
  `${host}/v1/models/m/metadata`,
  ...Array.from({ length: REQUESTS }, () => `${host}/v1/models/m:predict`),
];

describe.skipIf(authority === undefined)('a server that demands a certificate', () => {
  const shown = (): string[] => {
    const { ca = '', cert = '', key = '' } = authority?.files ?? {};
    return ['--cacert', ca, '--sni', 'service.test', '--cert', cert, '--key', key];
  };
  const demanding = (): object => ({ ...authority?.service, requestCert: true, rejectUnauthorized: true });
  const seenBy = (server: Server): unknown[] => {
    const seen: unknown[] = [];
    server.on('secureConnection', (socket: TLSSocket & { servername?: unknown }) => {
      seen.push([socket.getPeerCertificate().subject.CN, socket.servername]);
    });
    return seen;
  };

  it('gets it over REST, for the metadata too', async () => {
    const server = createHttpsServer(demanding(), answer);
    const seen = seenBy(server);
    const host = `127.0.0.1:${await portOf(server)}`;
    const { out } = await replay(['--url', `https://${host}`, ...shown()]);
    expect(okOf(out)).toBe(REQUESTS);
    expect(asked).toEqual(asks(host));
    expect(new Set(seen.map(String))).toEqual(new Set(['the client,service.test']));
  });

  it('gets it over gRPC, and refuses who does not show it', async () => {
    const server = createSecureServer(demanding());
    const seen = seenBy(server);
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      stream.respond({ 'content-type': 'application/grpc', 'grpc-status': '8' }, { endStream: true });
    });
    const address = `grpcs://127.0.0.1:${await portOf(server)}`;
    const load = [
      '--set',
      `address=${address}`,
      '--body',
      '{"instances":[[1]]}',
      '--set',
      'channels=1',
      '--set',
      'input=x',
    ];
    const { out } = await replay([...load, ...shown()]);
    expect(readReport(out).sections.outcomes.failures).toEqual({ throttled: REQUESTS });
    expect(seen.map(String)).toEqual(['the client,service.test']);
    const stranger = await replay([...load, ...shown().slice(0, 4)]);
    expect(readReport(stranger.out).sections.outcomes.failures).not.toHaveProperty('throttled');
  });
});

describe('REST', () => {
  it('goes to a Unix domain socket, whatever the proxy of the environment', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tf-serving-socket-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const server = createHttpServer(answer);
    await new Promise<void>((resolve) => void server.listen(join(folder, 's'), resolve));
    onTestFinished(() => void server.close());
    const { out } = await replay(['--url', 'http://service.test', '--unix-socket', join(folder, 's')]);
    expect(okOf(out)).toBe(REQUESTS);
    expect(asked).toEqual(asks('service.test'));
  });

  it('goes to the address of --resolve', async () => {
    const port = await portOf(createHttpServer(answer));
    const { out } = await replay(['--url', `http://service.test:${port}`, '--resolve', `service.test:${port}:127.0.0.1`]); // prettier-ignore
    expect(okOf(out)).toBe(REQUESTS);
    expect(asked).toEqual(asks(`service.test:${port}`));
  });

  it('opens a connection for each request with --no-keepalive', async () => {
    let connections = 0;
    const server = createHttpServer(answer).on('connection', () => connections++);
    const { out } = await replay(['--url', `http://127.0.0.1:${await portOf(server)}`, '--no-keepalive']);
    expect(okOf(out)).toBe(REQUESTS);
    expect(connections).toBe(REQUESTS + 1);
  });
});

it.each([
  [['--set', 'address=h:1', '--resolve', 'h:1:127.0.0.1'], /resolve: only for transport=rest/],
  [['--set', 'address=h:1', '--unix-socket', '/s'], /unix-socket: only for transport=rest/],
  [['--set', 'transport=rest'], /give the server with --url http:\/\/host:8501/],
  [['--url', 'http://h/v1/models/other'], /names another model than --model; give it once/],
  [['--url', 'http://h', '--cacert', '/dev/null'], /backend tf-serving: cacert need an https URL/],
  [['--url', 'https://h', '--cacert', '/nonexistent'], /backend tf-serving: --cacert: .*nonexistent/],
])('%j is refused in one line', async (flags, message) => {
  const { code, stderr } = await replay(flags);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
