import * as grpc from '@grpc/grpc-js';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import aiPlatform from '#src/backends/ai-platform';
import type { BackendPlugin, RawOptions } from '#src/backends/backend';
import { backendContract } from '#src/testing';
import type { Payload } from '#src/trace';
import type { Asked } from '../support/asked.js';
import { restoreEnvironment, serveMetadata } from '../support/fake-google.js';
import { call, meaningOf, openBackend, setUpBackend } from '../support/google-backend.js';
import { type SeenCall, servePredictions } from '../support/fake-vertex.js';
import { listen } from './wire/loopback-server.js';
import { eventually, pause } from './wire/real-clock.js';

const NAME = 'projects/p-1/locations/us-central1/endpoints/42';
const INSTANCES = { instances: [{ a: [1.5, 'x', null, true], b: {} }, -2e30], parameters: { top: 3 } };
const PAYLOAD: Payload = {
  kind: 'bytes',
  contentType: 'application/json',
  bytes: Buffer.from(JSON.stringify(INSTANCES)),
};
const IMAGE: Payload = { kind: 'bytes', contentType: 'image/png', bytes: Buffer.from([0, 255, 1, 2]) };

const open: { close?(): void | Promise<void> }[] = [];
const environment = { ...process.env };

afterEach(async () => {
  restoreEnvironment(environment);
  for (const one of open.splice(0).reverse()) await one.close?.();
});

const forContract = await servePredictions((_call, reply) => {
  reply(null, {});
});
/** What this one answers. */
let answered = grpc.status.OK;
const forStatuses = await servePredictions((_call, reply) => {
  reply({ code: answered, details: 'said "so"\u0007' });
});
afterAll(() => {
  forContract.close();
  forStatuses.close();
});
describe('the contract', () => {
  const plugin = aiPlatform as unknown as BackendPlugin;
  const options = { endpoint: NAME, endpointUrl: `http://127.0.0.1:${String(forContract.port)}`, transport: 'grpc' };
  backendContract({ it, plugin, options, payloads: [PAYLOAD] });
});

it('the service sees what Google’s own client would send', async () => {
  const server = kept(await servePredictions((_call, reply) => reply(null, {})));
  await (await backendFor({ endpointUrl: at(server) }, [PAYLOAD])).invoke(call());
  await (await backendFor({ endpointUrl: at(server), method: 'rawPredict' }, [IMAGE])).invoke(call());
  await byGooglesClient(server.port);
  const essence = ({ method, request, metadata }: SeenCall) => ({
    method,
    request,
    routing: metadata.get('x-goog-request-params'),
  });
  const [predict, rawPredict, ...theirs] = server.seen.map(essence);
  expect([predict, rawPredict]).toEqual(theirs);
  expect(JSON.stringify(predict)).toContain('"numberValue":-2e+30');
});

async function byGooglesClient(port: number): Promise<void> {
  const name: string = '@google-cloud/aiplatform';
  const { v1, helpers } = (await import(name)) as {
    v1: {
      PredictionServiceClient: new (
        options: object,
      ) => Record<'predict' | 'rawPredict' | 'close', (request?: object) => Promise<unknown>>;
    };
    helpers: { toValue(value: unknown): unknown };
  };
  const auth = { getUniverseDomain: () => Promise.resolve('googleapis.com') };
  const sslCreds = grpc.credentials.createInsecure();
  const client = new v1.PredictionServiceClient({ apiEndpoint: '127.0.0.1', port, sslCreds, auth });
  const instances = INSTANCES.instances.map((instance) => helpers.toValue(instance));
  await client.predict({ endpoint: NAME, instances, parameters: helpers.toValue(INSTANCES.parameters) });
  await client.rawPredict({
    endpoint: NAME,
    httpBody: { contentType: 'image/png', data: Buffer.from([0, 255, 1, 2]) },
  });
  await client.close();
}

describe('outcomes', () => {
  it.each([
    [grpc.status.RESOURCE_EXHAUSTED, 'throttled'],
    [grpc.status.UNAUTHENTICATED, 'unauthorized'],
    [grpc.status.PERMISSION_DENIED, 'unauthorized'],
    [grpc.status.INVALID_ARGUMENT, 'rejected'],
    [grpc.status.NOT_FOUND, 'rejected'],
    [grpc.status.FAILED_PRECONDITION, 'rejected'],
    [grpc.status.UNAVAILABLE, 'server-error'],
    [grpc.status.DEADLINE_EXCEEDED, 'timeout'],
    [grpc.status.INTERNAL, 'server-error'],
    [grpc.status.UNKNOWN, 'server-error'],
    [grpc.status.UNIMPLEMENTED, 'server-error'],
  ])('status %i is %s, and the call is made once', async (code, meaning) => {
    answered = code;
    const before = forStatuses.seen.length;
    const outcome = await (await backendFor({ endpointUrl: at(forStatuses) })).invoke(call());
    expect(meaningOf(outcome)).toBe(meaning);
    expect(outcome).toMatchObject({ detail: `${grpc.status[code] ?? ''}: said "so"` });
    await pause(20);
    expect(forStatuses.seen.length).toBe(before + 1);
  });

  it('no service there is unreachable, also in prepare', async () => {
    const gone = await listen(() => undefined);
    await gone.close();
    const backend = await backendFor({ endpointUrl: gone.url.href });
    expect(await backend.invoke(call())).toMatchObject({
      failure: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  it('a connection that goes away under a call is cut', async () => {
    const sessions: ServerHttp2Session[] = [];
    const url = await http2Service(
      (session) => sessions.push(session),
      () => setTimeout(() => sessions[0]?.destroy(), 20),
    );
    const outcome = await (await backendFor({ endpointUrl: url })).invoke(call());
    expect(meaningOf(outcome)).toBe('cut');
  });

  it.each([
    ['no HTTP/2', async () => kept(await listen((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))).url.href],
    [
      'a web page',
      () =>
        http2Service(
          () => undefined,
          (stream) => stream.end('<html>'),
        ),
    ],
  ] as [string, () => Promise<string>][])('garbage (%s) is a failure', async (_name, service) => {
    const outcome = await (await backendFor({ endpointUrl: await service() })).invoke(call());
    expect(outcome.ok).toBe(false);
    expect(outcome.ok ? '' : outcome.detail).not.toBe('');
  });

  it('a slow call is cancelled at the abort', async () => {
    let cancelled = false;
    const url = await http2Service(
      () => undefined,
      (stream) => {
        stream.on('error', () => undefined);
        stream.on('close', () => (cancelled = true));
      },
    );
    const asked = call();
    const outcome = (await backendFor({ endpointUrl: url })).invoke(asked);
    await pause(100);
    asked.abort();
    expect((await outcome).ok).toBe(false);
    await eventually(() => cancelled);
  });

  it('channels are as many as asked for', async () => {
    const sessions: ServerHttp2Session[] = [];
    const url = await http2Service(
      (session) => sessions.push(session),
      () => undefined,
    );
    const backend = await backendFor({ endpointUrl: url, connections: '3' });
    await backend.prepare?.(new AbortController().signal);
    await eventually(() => sessions.length === 3);
    expect(backend.facts?.()).toMatchObject({ channels: 3 });
  });
});

// That they are replaced before they expire is tried by the command line, ai-platform-e2e.test.ts.
it('access tokens reach the service, and are not repeated in what is reported', async () => {
  const metadata = kept(await serveMetadata(100));
  Object.assign(process.env, metadata.env);
  let refuses = false;
  const server = kept(
    await servePredictions(({ metadata: fields }, reply) => {
      const said = String(fields.get('authorization')[0]);
      if (refuses) reply({ code: grpc.status.PERMISSION_DENIED, details: `who is ${said}` });
      else reply(metadata.accepts(said) ? null : { code: grpc.status.UNAUTHENTICATED }, {});
    }),
  );
  const backend = await backendFor({ endpointUrl: at(server), auth: 'access-token' });
  expect(meaningOf(await backend.invoke(call()))).toBe('ok');
  refuses = true;
  const refused = await backend.invoke(call());
  expect(refused).toMatchObject({ failure: 'unauthorized', detail: 'PERMISSION_DENIED: who is Bearer (token)' });
});

function kept<T extends { close?(): void | Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

function at({ port }: { readonly port: number }): string {
  return `http://127.0.0.1:${String(port)}`;
}

/** HTTP/2 without gRPC: whatever a server may do to a call. */
async function http2Service(
  onSession: (session: ServerHttp2Session) => unknown,
  onStream: (stream: import('node:http2').ServerHttp2Stream) => unknown,
): Promise<string> {
  const sessions: ServerHttp2Session[] = [];
  const server = createHttp2Server();
  server.on('session', (session) => {
    session.on('error', () => undefined);
    sessions.push(session);
    onSession(session);
  });
  server.on('stream', onStream);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  kept({
    close() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  });
  return at(server.address() as AddressInfo);
}

async function backendFor(raw: RawOptions, payloads: readonly Payload[] = [PAYLOAD]): Promise<Asked> {
  const all = { endpoint: NAME, transport: 'grpc', ...raw };
  const made = await setUpBackend(aiPlatform, all, payloads);
  return kept(await openBackend(aiPlatform, made?.options ?? aiPlatform.parseOptions(all), payloads));
}
