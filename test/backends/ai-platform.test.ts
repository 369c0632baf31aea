import fc from 'fast-check';
import type { Socket } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import aiPlatform from '#src/backends/ai-platform';
import { deployedCapacity } from '#src/backends/ai-platform/deployed-capacity';
import { endpointAddress, type EndpointPlace } from '#src/backends/ai-platform/endpoint-address';
import { predictBody } from '#src/backends/ai-platform/predict-body';
import type { BackendPlugin, RawOptions, SetUpResult } from '#src/backends/backend';
import { importPlugin, locatePlugin } from '#src/backends/registry';
import { UserError } from '#src/errors';
import { backendContract } from '#src/testing';
import type { Payload } from '#src/trace';
import type { Asked } from '../support/asked.js';
import { type MetadataServer, restoreEnvironment, serveHttp, serveMetadata } from '../support/fake-google.js';
import { call, meaningOf, openBackend, setUpBackend } from '../support/google-backend.js';
import { answer, listen, serve } from './wire/loopback-server.js';
import { eventually, pause } from './wire/real-clock.js';

const NAME = 'projects/p-1/locations/us-central1/endpoints/42';
const PAYLOAD: Payload = { kind: 'bytes', contentType: 'application/json', bytes: Buffer.from('[[1.5,2]]') };
const TENSOR: Payload = { kind: 'tensor', tensor: { shape: [1, 2], dtype: 'float32', seed: 1 } };

const open: { close?(): void | Promise<void> }[] = [];
const environment = { ...process.env };

afterEach(async () => {
  restoreEnvironment(environment);
  for (const one of open.splice(0).reverse()) await one.close?.();
});

const forContract = await serve((socket) => socket.write(answer('{"predictions":[1]}')));
afterAll(() => forContract.close());
describe('the contract', () => {
  const plugin = aiPlatform as unknown as BackendPlugin;
  const options = { endpoint: NAME, endpointUrl: forContract.url.href };
  backendContract({ it, plugin, options, payloads: [PAYLOAD] });
});

it.each(['ai-platform', 'vertex-ai'])('the registry knows %s', async (name) => {
  const { url, builtIn } = await locatePlugin(name, '/');
  expect([builtIn, (await importPlugin(url)).name]).toEqual([true, 'ai-platform']);
});

describe('addresses', () => {
  const project = fc.oneof(fc.stringMatching(/^[a-z][a-z0-9-]{4,20}[a-z0-9]$/), fc.stringMatching(/^[1-9]\d{5,12}$/));
  const region = fc.stringMatching(/^[a-z]{2,9}-[a-z]{4,9}[1-9]$/);
  const id = fc.stringMatching(/^[1-9]\d{0,18}$/);
  const method = fc.constantFrom('predict' as const, 'rawPredict' as const);

  it('the parts and the whole name are the same endpoint, on the host of its region', () => {
    fc.assert(
      fc.property(project, region, id, method, (ofProject, ofRegion, endpoint, how) => {
        const name = `projects/${ofProject}/locations/${ofRegion}/endpoints/${endpoint}`;
        const byParts = endpointAddress({ endpoint, project: ofProject, region: ofRegion, method: how });
        expect(byParts).toEqual({
          url: `https://${ofRegion}-aiplatform.googleapis.com/v1/${name}:${how}`,
          method: how,
          name,
          controlUrl: `https://${ofRegion}-aiplatform.googleapis.com/v1/${name}`,
          isDedicated: false,
        });
        expect(endpointAddress({ endpoint: name, method: how })).toEqual(byParts);
        // An address that was made is read back as what it was made of.
        expect(endpointAddress({ url: new URL(byParts.url) })).toEqual(byParts);
      }),
    );
  });

  it('whatever the texts, the call goes below v1 of the region’s host, or the user sees an error', () => {
    const any = fc.oneof(
      fc.string(),
      fc.constantFrom('a/b', '../x', 'evil.example/', 'a@b', 'x?y', 'x#y', '%2f', 'x:y'),
    );
    fc.assert(
      fc.property(fc.oneof(any, project), fc.oneof(any, region), fc.oneof(any, id), (ofProject, ofRegion, endpoint) => {
        let url: URL;
        try {
          url = new URL(aiPlatform.parseOptions({ project: ofProject, region: ofRegion, endpoint }).url);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
          return;
        }
        const host = ofRegion === 'global' ? 'aiplatform.googleapis.com' : `${ofRegion}-aiplatform.googleapis.com`;
        expect(url.href).toBe(
          `https://${host}/v1/projects/${ofProject}/locations/${ofRegion}/endpoints/${endpoint}:predict`,
        );
      }),
    );
  });

  it.each([
    [
      { endpoint: NAME, dedicated: new URL('https://42.us-central1-7.prediction.vertexai.goog') },
      `https://42.us-central1-7.prediction.vertexai.goog/v1/${NAME}:predict`,
      `https://us-central1-aiplatform.googleapis.com/v1/${NAME}`,
    ],
    [
      { endpoint: NAME, endpointUrl: new URL('http://127.0.0.1:8/base/') },
      `http://127.0.0.1:8/base/v1/${NAME}:predict`,
      `http://127.0.0.1:8/base/v1/${NAME}`,
    ],
    [
      { endpoint: NAME, endpointUrl: new URL('http://127.0.0.1:8'), dedicated: new URL('http://127.0.0.1:9') },
      `http://127.0.0.1:9/v1/${NAME}:predict`,
      `http://127.0.0.1:8/v1/${NAME}`,
    ],
    [{ url: new URL('https://psc.example/any?x=1') }, 'https://psc.example/any?x=1', null],
    [
      { endpoint: NAME.replace('us-central1', 'global') },
      `https://aiplatform.googleapis.com/v1/${NAME.replace('us-central1', 'global')}:predict`,
      `https://aiplatform.googleapis.com/v1/${NAME.replace('us-central1', 'global')}`,
    ],
  ] as [EndpointPlace, string, string | null][])('%j', (place, url, controlUrl) => {
    expect(endpointAddress(place)).toMatchObject({ url, controlUrl });
  });
});

describe('options', () => {
  it.each([
    [{ endpoint: NAME }, 'access-token'],
    [{ endpoint: NAME, dedicated: '42.us-central1-7.prediction.vertexai.goog' }, 'access-token'],
    [{ endpoint: NAME, endpointUrl: 'http://localhost:8' }, 'none'],
    [{ endpoint: NAME, endpointUrl: 'https://psc.example' }, 'none'],
    [{ endpoint: NAME, dedicated: 'prediction.vertexai.goog.evil.example' }, 'none'],
    [{ endpoint: NAME, endpointUrl: 'https://psc.example', auth: 'access-token' }, 'access-token'],
    [{ endpoint: NAME, auth: 'none' }, 'none'],
  ] as [RawOptions, string][])('%j gets the authentication %s', (raw, auth) => {
    expect(aiPlatform.parseOptions(raw).auth).toBe(auth);
  });

  it.each([
    [{}, /--set endpoint=projects/],
    [{ endpoint: '42' }, /needs --set project=PROJECT and --set region=REGION/],
    [{ endpoint: NAME, region: 'europe-west4' }, /not that of the endpoint/],
    [{ endpoint: NAME, url: 'https://x' }, /either url, or/],
    [{ endpoint: '4 2', project: 'p', region: 'us-central1' }, /give an id/],
    [{ endpoint: NAME, endpointUrl: 'https://us:s3cret@x' }, /leave the user info out/],
    [{ endpoint: NAME, endpointUrl: 'https://x?y' }, /leave the query out/],
    [{ endpoint: NAME, endpointUrl: 'http://x', auth: 'access-token' }, /over https only/],
    [{ endpoint: NAME, endpointUrl: 'http://x', dedicated: 'y', auth: 'access-token' }, /over https only/],
    [{ endpoint: NAME, dedicated: 'https://x/path' }, /give a host/],
    [{ endpoint: NAME, method: 'explain' }, /predict, rawPredict/],
    [{ endpoint: NAME, parameters: '{"a"' }, /give JSON/],
    [{ endpoint: NAME, parameters: '{}', method: 'rawPredict' }, /parameters are for predict/],
    [{ endpoint: NAME, transport: 'grpc', expect: 'status:200' }, /leave expect out/],
    [{ url: 'https://x/y', transport: 'grpc' }, /needs an endpoint/],
    [{ endpoint: NAME, transprot: 'grpc' }, /did you mean transport/],
  ] as [RawOptions, RegExp][])('refuse %j with what to do', (raw, message) => {
    expect(() => aiPlatform.parseOptions(raw)).toThrow(message);
    expect(() => aiPlatform.parseOptions(raw)).toThrow(UserError);
    expect(() => aiPlatform.parseOptions(raw)).toThrow(/^(?!.*s3cret)/);
  });

  it('a proxy that is asked for is refused aloud', async () => {
    await expect(setUp({ endpoint: NAME }, [PAYLOAD], { HTTPS_PROXY: 'http://p:1' })).rejects.toThrow(/NO_PROXY/);
  });

  it('a run without payloads, or with one that has no form, is reported before it starts', async () => {
    const raw = { endpoint: NAME, endpointUrl: 'http://127.0.0.1:1' };
    await expect(setUp(raw, [])).rejects.toThrow(/give one with --body/);
    const object: Payload = { kind: 'bytes', contentType: 'application/json', bytes: Buffer.from('{"x":1}') };
    await expect(setUp(raw, [PAYLOAD, object])).rejects.toThrow(
      /payload 1 of the trace: predict takes .*method=rawPredict/,
    );
    await expect(setUp({ ...raw, method: 'rawPredict' }, [object])).resolves.toMatchObject({ notes: [] });
  });
});

describe('bodies', () => {
  it.each([
    ['[[1.5,2]]', null, '{"instances":[[1.5,2]]}'],
    ['[12345678901234567890, 1.0]', null, '{"instances":[12345678901234567890, 1.0]}'],
    ['{"instances": []} ', '{"top": 3}', '{"instances": [],"parameters":{"top": 3}}'],
    ['{"instances":[{"a":"}"}]\n}\n', '7', '{"instances":[{"a":"}"}]\n,"parameters":7}'],
  ])('%s with %s is %s', (text, parameters, body) => {
    const payload: Payload = { kind: 'bytes', contentType: 'application/json', bytes: Buffer.from(text) };
    const { bytes } = predictBody(payload, 'predict', parameters);
    expect(Buffer.from(bytes).toString()).toBe(body);
    JSON.parse(body);
  });

  it('parameters are given once', () => {
    const bytes = Buffer.from('{"instances":[],"parameters":1}');
    const payload: Payload = { kind: 'bytes', contentType: 'application/json', bytes };
    expect(() => predictBody(payload, 'predict', '2')).toThrow(/parameters of its own/);
  });

  it('rawPredict sends bytes as they are, and a tensor as instances', () => {
    const image: Payload = { kind: 'bytes', contentType: 'image/png', bytes: Buffer.from('png') };
    expect(predictBody(image, 'rawPredict', null)).toMatchObject({ contentType: 'image/png', bytes: image.bytes });
    expect(Buffer.from(predictBody(TENSOR, 'rawPredict', null).bytes).toString()).toMatch(/^\{"instances":\[\[/);
  });
});

describe('over REST', () => {
  it('predictions go to the endpoint, those of a dedicated one to its own host', async () => {
    const [control, own] = [kept(await serve(respond)), kept(await serve(respond))];
    const raw = { endpoint: NAME, endpointUrl: control.url.href };
    await (await backendFor(raw)).invoke(call());
    await (await backendFor({ ...raw, dedicated: own.url.origin, method: 'rawPredict' })).invoke(call());
    expect(control.received.length).toBe(1);
    expect(control.received[0]).toMatch(
      new RegExp(
        `^POST /v1/${NAME}:predict HTTP/1.1\r\n[^]*content-type: application/json\r\n[^]*\r\n\r\n\\{"instances":\\[\\[1.5,2\\]\\]\\}$`,
      ),
    );
    expect(own.received[0]).toMatch(
      new RegExp(`^POST /v1/${NAME}:rawPredict HTTP/1.1\r\n[^]*\r\n\r\n\\[\\[1.5,2\\]\\]$`),
    );
    function respond(socket: Socket): void {
      socket.write(answer('{"predictions":[[1]]}'));
    }
  });

  it.each([
    [200, 'no JSON', 'ok', ''],
    [400, googleError(400, 'INVALID_ARGUMENT', 'bad shape'), 'rejected', 'status 400 INVALID_ARGUMENT: bad shape'],
    [401, googleError(401, 'UNAUTHENTICATED', 'who?'), 'unauthorized', 'status 401 UNAUTHENTICATED: who?'],
    [403, googleError(403, 'PERMISSION_DENIED', 'no'), 'unauthorized', 'status 403 PERMISSION_DENIED: no'],
    [404, googleError(404, 'NOT_FOUND', 'gone'), 'rejected', 'status 404 NOT_FOUND: gone'],
    [
      429,
      googleError(429, 'RESOURCE_EXHAUSTED', 'quota of "x"'),
      'throttled',
      'status 429 RESOURCE_EXHAUSTED: quota of "x"',
    ],
    [500, googleError(500, 'INTERNAL', ''), 'server-error', 'status 500 INTERNAL:'],
    [503, 'upstream', 'server-error', 'status 503: upstream'],
  ])('status %i with %s is %s', async (status, body, meaning, detail) => {
    const text = answer(body).replace('200 OK', `${String(status)} X`);
    const server = kept(await serve((socket) => socket.write(text)));
    const outcome = await (await backendFor({ endpoint: NAME, endpointUrl: server.url.href })).invoke(call());
    expect([meaningOf(outcome), outcome.ok ? '' : outcome.detail]).toEqual([meaning, detail]);
  });

  it('slow, cut and garbage have their names', async () => {
    const scenes: [string, (socket: Socket) => unknown][] = [
      ['cut', (socket) => socket.resetAndDestroy()],
      ['cut', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')],
      ['bad-answer', (socket) => socket.end('garbage\r\n\r\n')],
      ['aborted', () => undefined],
    ];
    for (const [failure, act] of scenes) {
      const server = kept(await serve(act));
      const backend = await backendFor({ endpoint: NAME, endpointUrl: server.url.href });
      const asked = call();
      const outcome = backend.invoke(asked);
      if (failure === 'aborted') {
        await eventually(() => server.received.length > 0);
        asked.abort();
      }
      expect(meaningOf(await outcome)).toBe(failure);
    }
    const gone = await listen(() => undefined);
    await gone.close();
    const backend = await backendFor({ endpoint: NAME, endpointUrl: gone.url.href });
    expect(meaningOf(await backend.invoke(call()))).toBe('unreachable');
  });

  it('access tokens are replaced before they expire', async () => {
    const metadata = await useMetadata(2);
    const server = kept(
      await serve((socket, { text }) => {
        const isValid = metadata.accepts(/^authorization: (.*)\r$/m.exec(text)?.[1]);
        socket.write(isValid ? answer('{}') : answer('no').replace('200 OK', '401 X'));
      }),
    );
    const raw = { endpoint: NAME, endpointUrl: server.url.href, auth: 'access-token' };
    const backend = await backendFor(raw);
    const outcomes = new Set<string>();
    for (const endMs = performance.now() + 2500; performance.now() < endMs; await pause(10)) {
      outcomes.add(meaningOf(await backend.invoke(call())));
    }
    expect(outcomes).toEqual(new Set(['ok']));
    expect(metadata.issued.length).toBeGreaterThanOrEqual(2);
    expect(metadata.issued.length).toBeLessThan(8);
  });
});

describe('the probe', () => {
  const model = (status: object, machineSpec: object): object => ({
    id: '1',
    dedicatedResources: { machineSpec },
    status,
  });

  it('counts replicas and accelerators of all deployed models', async () => {
    const metadata = await useMetadata(100);
    const deployedModels = [
      model({ availableReplicaCount: 3 }, { machineType: 'n1-standard-8' }),
      model(
        { availableReplicaCount: 2 },
        { machineType: 'n1-standard-8', acceleratorType: 'NVIDIA_TESLA_T4', acceleratorCount: 2 },
      ),
      model({}, { machineType: 'g2-standard-8' }),
      { id: '9', automaticResources: {}, status: { availableReplicaCount: 1 } },
    ];
    const asked: string[] = [];
    const server = kept(
      await serveHttp(({ method, url, headers }, response) => {
        asked.push(`${method ?? ''} ${url ?? ''}`);
        if (!metadata.accepts(headers.authorization)) response.writeHead(401).end();
        else response.end(JSON.stringify({ name: NAME, deployedModels }));
      }),
    );
    const endpointUrl = `http://127.0.0.1:${String(server.port)}`;
    const backend = await backendFor({ endpoint: NAME, endpointUrl, auth: 'access-token' });
    expect(await backend.probe?.(new AbortController().signal)).toEqual([
      { kind: 'replicas', count: 6 },
      { kind: 'n1-standard-8', count: 5 },
      { kind: 't4', count: 4 },
      { kind: 'g2-standard-8', count: 0 },
      { kind: 'automatic', count: 1 },
    ]);
    expect(asked).toEqual([`GET /v1/${NAME}`]);
  });

  it.each([
    [
      403,
      googleError(403, 'PERMISSION_DENIED', 'aiplatform.endpoints.get'),
      /^status 403 PERMISSION_DENIED: aiplatform/,
    ],
    [200, 'garbage', /JSON/],
    [200, '{"deployedModels":7}', /no list/],
    [200, '{"deployedModels":[null]}', /how many replicas/],
    [200, '{"deployedModels":[{"id":"1","status":{"availableReplicaCount":-1}}]}', /how many replicas/],
    [200, '{"deployedModels":[{"id":"1","status":{}}]}', /machine type/],
  ])('says why it knows nothing: %i %s', async (status, body, why) => {
    const server = kept(await serve((socket) => socket.write(answer(body).replace('200 OK', `${String(status)} X`))));
    const backend = await backendFor({ endpoint: NAME, endpointUrl: server.url.href });
    await expect(backend.probe?.(new AbortController().signal)).rejects.toThrow(why);
  });

  it('ends at the abort, and where no answer comes', async () => {
    const server = kept(await serve(() => undefined));
    const backend = await backendFor({ endpoint: NAME, endpointUrl: server.url.href });
    await expect(backend.probe?.(AbortSignal.timeout(50))).rejects.toThrow(/given up/);
    await server.close();
    await expect(backend.probe?.(new AbortController().signal)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('of an address that names no endpoint has nothing to ask', async () => {
    const backend = await backendFor({ url: 'http://127.0.0.1:1/any' });
    await expect(backend.probe?.(new AbortController().signal)).rejects.toThrow(/names no endpoint/);
  });

  it('never gives what is no count, whatever the description', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          for (const { count } of deployedCapacity({
            deployedModels: [value, ...(Array.isArray(value) ? value : [])],
          })) {
            expect(Number.isInteger(count) && count >= 0).toBe(true);
          }
        } catch (thrown) {
          expect((thrown as Error).message).toMatch(/does not say/);
        }
      }),
    );
  });
});

function googleError(code: number, status: string, message: string): string {
  return JSON.stringify({ error: { code, message, status, details: [] } });
}

function kept<T extends { close?(): void | Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

async function useMetadata(lifeSeconds: number): Promise<MetadataServer> {
  const metadata = kept(await serveMetadata(lifeSeconds));
  Object.assign(process.env, metadata.env);
  return metadata;
}

function setUp(raw: RawOptions, payloads: readonly Payload[], env = {}): Promise<SetUpResult<unknown> | undefined> {
  return setUpBackend(aiPlatform, raw, payloads, env);
}

async function backendFor(raw: RawOptions, payloads: readonly Payload[] = [PAYLOAD]): Promise<Asked> {
  return kept(await openBackend(aiPlatform, aiPlatform.parseOptions(raw), payloads));
}
