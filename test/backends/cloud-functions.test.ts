import fc from 'fast-check';
import type { Socket } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { BackendPlugin, RawOptions, SetUpResult } from '#src/backends/backend';
import cloudFunctions from '#src/backends/cloud-functions';
import { functionAddress, type Place } from '#src/backends/cloud-functions/function-address';
import { handlerReport } from '#src/backends/aws/handler-report';
import { importPlugin, locatePlugin } from '#src/backends/registry';
import { UserError } from '#src/errors';
import { backendContract } from '#src/testing';
import type { Payload } from '#src/trace';
import type { Asked } from '../support/asked.js';
import { type MetadataServer, restoreEnvironment, serveMetadata } from '../support/fake-google.js';
import { call, meaningOf, openBackend, setUpBackend } from '../support/google-backend.js';
import { answer, listen, serve } from './wire/loopback-server.js';
import { eventually, pause } from './wire/real-clock.js';

const JSON_PAYLOAD: Payload = { kind: 'bytes', contentType: 'application/json', bytes: Buffer.from('[[1.5]]') };
const TENSOR: Payload = { kind: 'tensor', tensor: { shape: [2, 2], dtype: 'float32', seed: 1 } };

const open: { close?(): void | Promise<void> }[] = [];
const environment = { ...process.env };

afterEach(async () => {
  restoreEnvironment(environment);
  for (const one of open.splice(0).reverse()) await one.close?.();
});

const forContract = await serve((socket) => socket.write(answer('{}')));
afterAll(() => forContract.close());
describe('the contract', () => {
  const options = { url: `${forContract.url.href}predict` };
  const plugin = cloudFunctions as unknown as BackendPlugin;
  backendContract({ it, plugin, options, payloads: [JSON_PAYLOAD] });
});

describe('the registry', () => {
  it.each(['cloud-functions', 'cf', 'cloud-run'])('knows %s', async (name) => {
    const { url, builtIn } = await locatePlugin(name, '/');
    expect([builtIn, (await importPlugin(url)).name]).toEqual([true, 'cloud-functions']);
  });

  it.each([
    ['cloud-function', 'cloud-functions'],
    ['clod-run', 'cloud-run'],
    ['vertexai', 'vertex-ai'],
    ['htp', 'http'],
  ])('suggests for %s %s', async (name, near) => {
    await expect(locatePlugin(name, '/')).rejects.toThrow(new RegExp(`neither built in.*; did you mean ${near}\\?$`));
  });

  it('suggests nothing where nothing is near', async () => {
    await expect(locatePlugin('xy', '/')).rejects.toThrow(/^(?!.*did you mean).*$/);
  });
});

describe('addresses', () => {
  const project = fc.stringMatching(/^[a-z][a-z0-9-]{4,20}[a-z0-9]$/);
  const region = fc.stringMatching(/^[a-z]{2,9}-[a-z]{4,9}[1-9]$/);
  const service = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}\.(a\.run\.app|example)(:[1-9]\d{3})?$/);
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,30}$/);

  it('of a named function lie on its own host, and the audience is the address, for both generations', () => {
    fc.assert(
      fc.property(
        name,
        region,
        project,
        fc.constantFrom(1 as const, 2 as const, undefined),
        (fn, where, whose, generation) => {
          const place = {
            function: fn,
            region: where,
            project: whose,
            ...(generation === undefined ? {} : { generation }),
          };
          const url = `https://${where}-${whose}.cloudfunctions.net/${fn}`;
          expect(functionAddress(place)).toEqual({ url, generation: generation ?? 1, audience: url, region: where });
        },
      ),
    );
  });

  it('whatever the texts, the host is a function’s and nothing is smuggled in, or the user sees an error', () => {
    const any = fc.oneof(
      fc.string(),
      fc.constantFrom('a@evil.example', 'x/../y', 'evil.example/', 'a?b', 'a#b', 'a:b', 'a\\b'),
      name,
    );
    fc.assert(
      fc.property(any, fc.oneof(any, region), fc.oneof(any, project), (fn, where, whose) => {
        let url: URL;
        try {
          url = new URL(cloudFunctions.parseOptions({ function: fn, region: where, project: whose }).url);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
          return;
        }
        expect(url.href).toBe(`https://${where}-${whose}.cloudfunctions.net/${fn}`);
      }),
    );
  });

  it('a service of generation 2 is its origin, whatever path and query are asked for', () => {
    fc.assert(
      fc.property(service, fc.string(), fc.string(), (host, path, query) => {
        const url = new URL(`https://${host}/${encodeURIComponent(path)}?${encodeURIComponent(query)}`);
        const { audience, generation } = functionAddress({ url });
        expect([audience, generation]).toEqual([url.origin, 2]);
      }),
    );
  });

  it.each([
    ['https://us-x-p.cloudfunctions.net/f', {}, 'https://us-x-p.cloudfunctions.net/f', 1],
    ['https://us-x-p.cloudfunctions.net/f/sub?q=1', {}, 'https://us-x-p.cloudfunctions.net/f', 1],
    ['https://us-x-p.cloudfunctions.net/f', { generation: 2 }, 'https://us-x-p.cloudfunctions.net/f', 2],
    ['https://f-abc-uc.a.run.app/sub?q=1', {}, 'https://f-abc-uc.a.run.app', 2],
    ['https://f-123.us-central1.run.app', {}, 'https://f-123.us-central1.run.app', 2],
    ['https://own.example/x?y', { generation: 1 }, 'https://own.example/x', 1],
    ['https://own.example/x', { audience: 'other' }, 'other', 2],
  ] as [string, Partial<Place>, string, number][])('%s %j is %s', (url, rest, audience, generation) => {
    expect(functionAddress({ url: new URL(url), ...rest })).toMatchObject({ audience, generation });
  });
});

describe('options', () => {
  it.each([
    ['https://us-x-p.cloudfunctions.net/f', 'id-token'],
    ['https://f-abc-uc.a.run.app', 'id-token'],
    ['https://own.example/', 'none'],
    ['https://run.app.evil.example/', 'none'],
    ['https://evilrun.app/', 'none'],
    ['http://f-abc-uc.a.run.app/', 'none'],
    ['http://127.0.0.1:1/', 'none'],
    ['http://[::1]:1/', 'none'],
    ['https://localhost/', 'none'],
  ])('%s gets by default the authentication %s', (url, auth) => {
    expect(cloudFunctions.parseOptions({ url }).auth).toBe(auth);
  });

  it.each([
    [{}, /--url https:\/\/.*--set function=NAME/],
    [{ function: 'f', region: 'us-central1' }, /--set project=/],
    [{ url: 'https://x', function: 'f' }, /either url, or/],
    [{ url: 'ftp://x' }, /https:\/\//],
    [{ url: 'https://us:s3cret@x' }, /leave the user info out/],
    [{ url: 'https://us-x-p.cloudfunctions.net/' }, /names no function/],
    [{ url: 'https://a.run.app', generation: '1' }, /generation 2/],
    [{ url: 'https://a.run.app', generation: '3' }, /one of 1, 2/],
    [{ url: 'https://a.run.app', audience: 'a&b' }, /without &/],
    [{ url: 'http://a.run.app', auth: 'id-token' }, /over https only.*a\.run\.app/],
    [{ url: 'http://own.example', auth: 'id-token' }, /over https only/],
    [{ url: 'http://127.0.0.1.evil.example', auth: 'id-token' }, /over https only/],
    [{ url: 'https://a.run.app', method: 'G T' }, /method/],
    [{ url: 'https://a.run.app', 'content-type': 'a\r\nb: c' }, /content-type/],
    [{ url: 'https://a.run.app', regon: 'x' }, /did you mean region/],
    [{ url: 'https://a.run.app', connections: '0' }, /from 1/],
    [{ url: 'https://a.run.app', expect: ['nothing'] }, /status:200-299/],
  ] as [RawOptions, RegExp][])('refuse %j with what to do', (raw, message) => {
    expect(() => cloudFunctions.parseOptions(raw)).toThrow(message);
    expect(() => cloudFunctions.parseOptions(raw)).toThrow(UserError);
    expect(() => cloudFunctions.parseOptions(raw)).toThrow(/^(?!.*s3cret)/);
  });

  it.each([
    [{ HTTPS_PROXY: 'http://p:1' }, 'refused'],
    [{ https_proxy: 'http://p:1' }, 'refused'],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'example.com,other' }, 'refused'],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'notown.example' }, 'refused'],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'own.example:8443' }, 'refused'],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'a, .example' }, 'passed'],
    [{ HTTPS_PROXY: 'http://p:1', no_proxy: 'own.example:443' }, 'passed'],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, 'passed'],
    [{ HTTPS_PROXY: '' }, 'passed'],
  ])('a proxy asked for by %j is %s', async (env, result) => {
    const attempt = setUp({ url: 'https://own.example/' }, [], env);
    if (result === 'refused')
      await expect(attempt).rejects.toThrow(/proxy.*unset it, or add own\.example to NO_PROXY/i);
    else expect((await attempt)?.notes).toEqual([expect.stringContaining('No token was sent to own.example')]);
  });

  it('a proxy is no matter on loopback', async () => {
    expect((await setUp({ url: 'http://127.0.0.1:1/' }, [], { HTTPS_PROXY: 'http://p:1' }))?.notes).toEqual([]);
  });
});

describe('requests', () => {
  it.each([
    ['raw', JSON_PAYLOAD, 'application/json', '[[1.5]]'],
    ['instances', JSON_PAYLOAD, 'application/json', '{"instances":[[1.5]]}'],
    ['raw', { kind: 'bytes', contentType: 'image/png', bytes: Buffer.from('png') }, 'image/png', 'png'],
    [
      'instances',
      { kind: 'bytes', contentType: 'image/png', bytes: Buffer.from('png') },
      'application/json',
      '{"instances":[{"b64":"cG5n"}]}',
    ],
    ['raw', TENSOR, 'application/json', /^\{"instances":\[\[-?[\d.]+,/],
  ] as [string, Payload, string, string | RegExp][])(
    'format=%s of %j goes as %s',
    async (format, payload, type, body) => {
      const server = kept(await serve((socket) => socket.write(answer('{}'))));
      const backend = await backendFor({ url: `${server.url.href}f`, format }, [payload]);
      expect(await backend.invoke(call())).toMatchObject({ ok: true });
      const [head = '', sent] = (server.received[0] ?? '').split('\r\n\r\n');
      expect(head).toMatch(/^POST \/f HTTP\/1\.1\r\n/);
      expect(head).toContain(`content-type: ${type}`);
      expect(head).not.toMatch(/authorization/i);
      if (typeof body === 'string') expect(sent).toBe(body);
      else expect(sent).toMatch(body);
    },
  );

  it('a GET without payloads; method and content type are the user’s to choose', async () => {
    const server = kept(await serve((socket) => socket.write(answer('{}'))));
    await (await backendFor({ url: server.url.href }, [])).invoke(call());
    const chosen = { url: server.url.href, method: 'put', 'content-type': 'text/x' };
    await (await backendFor(chosen, [JSON_PAYLOAD])).invoke(call());
    expect(server.received[0]).toMatch(/^GET \/ HTTP/);
    expect(server.received[1]).toMatch(/^PUT \/ HTTP[^]*content-type: text\/x\r\n/);
  });

  it('a payload that has no form is reported before the start', async () => {
    const text: Payload = { kind: 'bytes', contentType: 'text/plain', bytes: Buffer.from('x') };
    const attempt = setUp({ url: 'http://127.0.0.1:1/', format: 'instances' }, [JSON_PAYLOAD, text]);
    await expect(attempt).rejects.toThrow(/payload 1 of the trace: text\/plain has no form.*--set format=raw/);
  });
});

describe('outcomes', () => {
  const quota = JSON.stringify(
    { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota "x" is used up' } },
    null,
    2,
  );
  it.each([
    [204, '', 'ok', ''],
    [200, 'no JSON at all', 'ok', ''],
    [302, 'x', 'bad-answer', 'redirect (302) to nowhere: x'],
    [400, '{"error": "short"}', 'rejected', 'status 400: {"error": "short"}'],
    [401, '<html>\n<b>Unauthorized</b>', 'unauthorized', 'status 401: <html> <b>Unauthorized</b>'],
    [403, '', 'unauthorized', 'status 403'],
    [404, 'Page not found', 'rejected', 'status 404: Page not found'],
    [429, quota, 'throttled', 'status 429 RESOURCE_EXHAUSTED: Quota "x" is used up'],
    [429, 'Rate exceeded.', 'throttled', 'status 429: Rate exceeded.'],
    [500, `[${quota.replace('429', '500')}]`, 'server-error', 'status 500 RESOURCE_EXHAUSTED: Quota "x" is used up'],
    [503, `{"error":{"code":503,"message":"${'long '.repeat(300)}`, 'server-error', /^status 503: (long )+.*…$/],
    [500, '\u001b[2J\u202e', 'server-error', 'status 500: [2J'],
  ] as [number, string, string, string | RegExp][])(
    'status %i with %j is %s',
    async (status, body, meaning, detail) => {
      const text = answer(body).replace('200 OK', `${String(status)} X`);
      const server = kept(await serve((socket) => socket.write(Buffer.from(text, 'utf8'))));
      const outcome = await (await backendFor({ url: server.url.href })).invoke(call());
      expect(meaningOf(outcome)).toBe(meaning);
      const said = outcome.ok ? '' : outcome.detail;
      expect(said.length).toBeLessThanOrEqual(300);
      if (typeof detail === 'string') expect(said).toBe(detail);
      else expect(said).toMatch(detail);
    },
  );

  it('expect says more', async () => {
    const server = kept(await serve((socket) => socket.write(answer('hay'))));
    const backend = await backendFor({ url: server.url.href, expect: ['status:200', 'body~needle'] });
    expect(await backend.invoke(call())).toMatchObject({ ok: false, failure: 'bad-answer' });
  });

  it('what the network does has its names, and nothing is sent twice', async () => {
    const scenes: [string, (socket: Socket) => unknown][] = [
      ['cut', (socket) => socket.resetAndDestroy()],
      ['cut', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')],
      ['bad-answer', (socket) => socket.end('\0\x01garbage\r\n\r\n')],
    ];
    for (const [failure, act] of scenes) {
      const server = kept(await serve(act));
      expect(meaningOf(await (await backendFor({ url: server.url.href, connections: '1' })).invoke(call()))).toBe(
        failure,
      );
      await pause(20);
      expect(server.received.join('').split('HTTP/1.1\r\n').length - 1).toBe(1);
    }
    const gone = await listen(() => undefined);
    await gone.close();
    expect(meaningOf(await (await backendFor({ url: gone.url.href })).invoke(call()))).toBe('unreachable');
  });

  it('a slow one is given up at the abort, and its connection with it', async () => {
    const server = kept(await serve(() => undefined));
    const backend = await backendFor({ url: server.url.href, connections: '1' });
    const slow = call();
    const outcome = backend.invoke(slow);
    await eventually(() => server.received[0]?.includes('[[1.5]]') === true);
    slow.abort();
    expect(meaningOf(await outcome)).toBe('aborted');
    await eventually(() => server.sockets[0]?.destroyed === true);
  });

  it('prepares without a request, also to a service that is down', async () => {
    const server = kept(await serve((socket) => socket.write(answer('{}'))));
    const backend = await backendFor({ url: server.url.href });
    await backend.prepare?.(new AbortController().signal);
    expect(server.received.join('')).toBe('');
    await server.close();
    await (await backendFor({ url: server.url.href })).prepare?.(new AbortController().signal);
  });
});

describe('what a handler reports', () => {
  it('becomes cold start, usage and server time, also of a failure', async () => {
    const extra = 'x-replay-cold-start: cold\r\nX-Replay-Usage: {"durationMs":12.5,"memoryMb":256,"initMs":840}\r\n';
    for (const status of ['200 OK', '500 X']) {
      const server = kept(await serve((socket) => socket.write(answer('{}', extra).replace('200 OK', status))));
      expect(await (await backendFor({ url: server.url.href })).invoke(call())).toMatchObject({
        coldStart: 'cold',
        serverMs: 12.5,
        usage: { durationMs: 12.5, memoryMb: 256, initMs: 840 },
      });
    }
  });

  it('is unknown where it is absent or not as documented', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.string(), (usage, cold) => {
        const report = handlerReport({ headers: { 'x-replay-usage': usage, 'x-replay-cold-start': cold } });
        for (const amount of Object.values(report.usage ?? {})) expect(amount).toBeGreaterThanOrEqual(0);
        expect(['cold', 'warm', undefined]).toContain(report.coldStart);
      }),
    );
    expect(handlerReport({ headers: {} })).toEqual({});
    for (const usage of [
      '{"durationMs":-1}',
      '{"durationMs":"1"}',
      '{"durationMs":1e99}',
      '{"durationMs":1,"memoryMb":null}',
      '{"durationMs":1}, {"durationMs":2}',
      '[1]',
      '{}',
      `{"durationMs":1,"x":"${'y'.repeat(600)}"}`,
    ]) {
      expect(handlerReport({ headers: { 'x-replay-usage': usage, 'x-replay-cold-start': 'COLD' } })).toEqual({});
    }
  });
});

describe('ID tokens', () => {
  // That they are replaced before they expire is tried by the command line, cloud-functions-e2e.test.ts.
  it('reach the service with its audience, and are not fetched for each request', async () => {
    const metadata = await useMetadata(100);
    const seen = new Set<string>();
    const server = kept(
      await serve((socket, { text }) => {
        const header = /^authorization: (.*)\r$/m.exec(text)?.[1];
        seen.add(header ?? '');
        const isValid = metadata.accepts(header, server.url.origin);
        socket.write(isValid ? answer('{}') : answer('no').replace('200 OK', '401 X'));
      }),
    );
    const backend = await backendFor({ url: `${server.url.href}f`, auth: 'id-token' });
    await backend.prepare?.(new AbortController().signal);
    const outcomes = new Set<string>();
    for (let seq = 0; seq < 20; seq++) outcomes.add(meaningOf(await backend.invoke(call({ seq }))));
    expect(outcomes).toEqual(new Set(['ok']));
    expect(seen.size).toBe(1);
    expect(backend.facts?.()).toMatchObject({ tokenRefreshesFailed: 0 });
    expect(metadata.issued).toHaveLength(1);
  });

  it('are not repeated in what is reported of a failure', async () => {
    await useMetadata(100);
    const server = kept(
      await serve((socket, { text }) => {
        const said = /^authorization: (.*)\r$/m.exec(text)?.[1] ?? '';
        socket.write(answer(`{"error":{"message":"who is ${said}?"}}`).replace('200 OK', '403 X'));
      }),
    );
    const outcome = await (await backendFor({ url: server.url.href, auth: 'id-token' })).invoke(call());
    expect(outcome).toMatchObject({
      failure: 'unauthorized',
      detail: expect.stringMatching(/^status 403: who is Bearer \(token\)…?$/) as string,
    });
  });

  it('that cannot be had are reported before the start', async () => {
    const metadata = await useMetadata(100);
    metadata.refuseWith = 404;
    await expect(setUp({ url: 'https://f-abc-uc.a.run.app' }, [])).rejects.toThrow(/cannot get a Google token: .*404/);
  });
});

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
  return setUpBackend(cloudFunctions, raw, payloads, env);
}

async function backendFor(raw: RawOptions, payloads: readonly Payload[] = [JSON_PAYLOAD]): Promise<Asked> {
  return kept(await openBackend(cloudFunctions, cloudFunctions.parseOptions(raw), payloads));
}
