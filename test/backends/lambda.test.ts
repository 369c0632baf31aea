import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackendPlugin, RawOptions } from '#src/backends/backend';
import lambda from '#src/backends/lambda';
import { unsignedAddress } from '#src/backends/lambda/open-lambda';
import { parseLogTail } from '#src/backends/lambda/parse-log-tail';
import { refuseProxy } from '#src/backends/wire/refuse-proxy';
import { encodeQuery } from '#src/backends/aws/sigv4';
import { backendContract } from '#src/testing';
import { type Payload } from '#src/trace';
import type { Asked } from '../support/asked.js';
import { CREDENTIALS, type FakeAnswer, type FakeAws, isolateAws, logTail, startFakeAws } from '../support/fake-aws.js';
import { call, json, preparedBackend } from '../support/prepared-backend.js';
import { eventually, pause } from './wire/real-clock.js';

const open: { close?(): void | Promise<void> }[] = [];
beforeEach(() => {
  isolateAws();
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close?.();
});

function kept<T extends { close?(): void | Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

async function fake(answer: Parameters<typeof startFakeAws>[0], accepts = [CREDENTIALS]): Promise<FakeAws> {
  return kept(await startFakeAws(answer, () => accepts));
}

async function backendFor(raw: RawOptions, payloads: readonly Payload[] = [json('{"a":1}')]): Promise<Asked> {
  return kept(await preparedBackend(lambda, raw, payloads));
}

isolateAws();
const contractFake = await startFakeAws(
  () => ({ headers: logTail({ durationMs: 1.5, billedMs: 2 }) }),
  () => [CREDENTIALS],
);
describe('the contract', () => {
  for (const client of ['lean', 'sdk']) {
    const options = { function: 'f', endpointUrl: contractFake.url, client };
    backendContract({ it, plugin: lambda as unknown as BackendPlugin, options });
  }
});

describe.each(['lean', 'sdk'])('an invocation with client=%s', (client) => {
  it('is signed, goes where it should, and brings what the platform reported', async () => {
    const server = await fake(() => ({ headers: logTail({ durationMs: 12.34, billedMs: 113, initMs: 100.5 }) }));
    const backend = await backendFor({ function: 'f', qualifier: 'live', endpointUrl: server.url, client });
    const outcome = await backend.invoke(call());
    expect(outcome).toMatchObject({
      ok: true,
      coldStart: 'cold',
      serverMs: 12.34,
      usage: { durationMs: 12.34, billedMs: 113, initMs: 100.5, memoryMb: 2048, maxMemoryMb: 180 },
    });
    expect(outcome.usage).toMatchObject({ requestBytes: 7, answerBytes: 2 });
    const [seen] = server.seen;
    expect(server.seen).toHaveLength(1);
    expect(seen?.target).toBe('/2015-03-31/functions/f/invocations?Qualifier=live');
    expect(seen?.headers['x-amz-log-type']).toBe('Tail');
    expect(seen?.body.toString()).toBe('{"a":1}');
  });

  it('asks for no log with log=none, and then knows of no cold start', async () => {
    const server = await fake(() => ({}));
    const backend = await backendFor({ function: 'f', endpointUrl: server.url, log: 'none', client });
    expect(await backend.invoke(call())).toMatchObject({ ok: true, coldStart: 'unknown' });
    expect(server.seen[0]?.headers['x-amz-log-type']).toBeUndefined();
  });

  it('whose function failed is reported as that, with what it used', async () => {
    const body = JSON.stringify({ errorType: 'TypeError', errorMessage: 'no such shape', trace: [] });
    const server = await fake(() => ({
      body,
      headers: { 'x-amz-function-error': 'Unhandled', ...logTail({ durationMs: 3, billedMs: 4 }) },
    }));
    const backend = await backendFor({ function: 'f', endpointUrl: server.url, client });
    expect(await backend.invoke(call())).toMatchObject({
      ok: false,
      failure: 'function-error',
      detail: 'Unhandled: TypeError: no such shape',
      coldStart: 'warm',
      usage: { durationMs: 3, billedMs: 4 },
    });
  });

  it('refused for its signature reveals no secret', async () => {
    const server = await fake(() => ({}), [{ ...CREDENTIALS, secretAccessKey: 'another' as never }]);
    const backend = await backendFor({ function: 'f', endpointUrl: server.url, client });
    const outcome = await backend.invoke(call());
    expect(outcome).toMatchObject({ ok: false, failure: 'unauthorized' });
    expect(JSON.stringify(outcome)).toContain('InvalidSignatureException');
    expect(JSON.stringify(outcome)).not.toContain('planted');
  });

  it('is never sent twice', async () => {
    const server = await fake(() => ({ status: 500, body: '{"message":"busy"}' }));
    const backend = await backendFor({ function: 'f', endpointUrl: server.url, client });
    expect(await backend.invoke(call())).toMatchObject({ ok: false, failure: 'server-error' });
    expect(server.seen).toHaveLength(1);
  });

  it('to no service is unreachable', async () => {
    const server = await startFakeAws(() => ({}));
    await server.close();
    const backend = await backendFor({ function: 'f', endpointUrl: server.url, client });
    expect(await backend.invoke(call())).toMatchObject({ ok: false, failure: 'unreachable' });
  });
});

const ANSWERS: readonly (readonly [what: string, failure: string, answer: FakeAnswer])[] = [
  [
    'throttled by its own limit',
    'throttled',
    {
      status: 429,
      headers: { 'x-amzn-errortype': 'TooManyRequestsException' },
      body: '{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}',
    },
  ],
  ['a 400 that throttles', 'throttled', { status: 400, body: '{"__type":"ThrottlingException","message":"slower"}' }],
  [
    'a 502 that throttles',
    'throttled',
    { status: 502, headers: { 'x-amzn-errortype': 'EC2ThrottledException' }, body: '{"Type":"Server","Message":"m"}' },
  ],
  [
    'no such function',
    'rejected',
    {
      status: 404,
      headers: { 'x-amzn-errortype': 'ResourceNotFoundException:http://internal/' },
      body: '{"Type":"User","Message":"Function not found: arn"}',
    },
  ],
  [
    'a name behind a namespace',
    'rejected',
    { status: 400, body: '{"__type":"com.aws#InvalidRequestContentException","message":"no JSON"}' },
  ],
  [
    'no right',
    'unauthorized',
    { status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' }, body: '{"Message":"not you"}' },
  ],
  [
    'expired as a 400',
    'unauthorized',
    { status: 400, headers: { 'x-amzn-errortype': 'ExpiredTokenException' }, body: '{"message":"old"}' },
  ],
  [
    'an error of the service',
    'server-error',
    { status: 500, headers: { 'x-amzn-errortype': 'ServiceException' }, body: '{"Message":"m"}' },
  ],
  ['a gateway without a body', 'server-error', { status: 503, body: '{}' }],
];

describe('an answer that is no success', () => {
  it.each(ANSWERS)('%s is %s, with either client', async (_what, failure, answer) => {
    const server = await fake(() => answer);
    const outcomes = [];
    for (const client of ['lean', 'sdk'])
      outcomes.push(await (await backendFor({ function: 'f', endpointUrl: server.url, client })).invoke(call()));
    const [lean, sdk] = outcomes.map((outcome) => (outcome.ok ? 'ok' : `${outcome.failure} ${outcome.detail}`));
    expect(lean?.startsWith(failure)).toBe(true);
    const thrown = await thrownBySdk(server.url);
    if (thrown.name !== 'UnknownError' && thrown.name !== 'Unknown') {
      expect(sdk).toBe(lean);
      expect(lean).toContain(thrown.name);
      expect(lean).toContain(thrown.message);
    } else expect(sdk?.split(' ')[0]).toBe(failure);
    expect(thrown.retry === 'THROTTLING').toBe(failure === 'throttled');
  });

  it('in XML is read too', async () => {
    const body =
      '<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>';
    const server = await fake(() => ({ status: 400, headers: { 'content-type': 'text/xml' }, body }));
    const backend = await backendFor({ function: 'f', endpointUrl: server.url });
    const outcome = await backend.invoke(call());
    expect(outcome).toMatchObject({ failure: 'throttled', detail: 'status 400, Throttling: Rate exceeded' });
  });

  it('is what --expect says of a 2xx', async () => {
    const server = await fake(() => ({ body: '{"error":"x"}' }));
    const options = { function: 'f', endpointUrl: server.url };
    expect(await (await backendFor(options)).invoke(call())).toMatchObject({ ok: true });
    const strict = await backendFor({ ...options, expect: 'body~predictions' });
    expect(await strict.invoke(call())).toMatchObject({ ok: false, failure: 'bad-answer' });
  });
});

/** What the client of the vendor makes of it, and whether it would retry it as throttling. */
async function thrownBySdk(endpoint: string): Promise<{ name: string; message: string; retry: string }> {
  let retry = '';
  const client = new LambdaClient({
    endpoint,
    retryStrategy: {
      acquireInitialRetryToken: () => Promise.resolve({ getRetryCount: () => 0, getRetryDelay: () => 0 }),
      refreshRetryTokenForRetry(_token, { errorType }) {
        retry = errorType;
        return Promise.reject(new Error('no more'));
      },
      recordSuccess: () => undefined,
    },
  });
  try {
    await client.send(new InvokeCommand({ FunctionName: 'f' }));
    throw new Error('it succeeded');
  } catch (thrown) {
    const { name, message } = thrown as Error;
    return { name, message, retry };
  } finally {
    client.destroy();
  }
}

describe('addresses', () => {
  it('are those of the client of the vendor, whatever the name', async () => {
    const seen: string[] = [];
    const endpoint = 'http://127.0.0.1:1/prefix';
    const client = new LambdaClient({
      endpoint,
      maxAttempts: 1,
      requestHandler: {
        handle(request: { path: string; query: Record<string, string> }) {
          seen.push(`${request.path}?${encodeQuery(Object.entries(request.query))}`);
          return Promise.reject(new Error('kept'));
        },
      },
    });
    const names = fc.string({ minLength: 1, unit: 'grapheme-ascii', maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(names, names, async (name, qualifier) => {
        seen.length = 0;
        await client.send(new InvokeCommand({ FunctionName: name, Qualifier: qualifier })).catch(() => undefined);
        const { path, query } = unsignedAddress({ kind: 'invoke', function: name, qualifier }, endpoint);
        expect([`${path}?${encodeQuery(query)}`]).toEqual(seen);
      }),
      { numRuns: 100 },
    );
  });

  it('take an ARN as one segment, and its region', async () => {
    const server = await fake(() => ({}));
    const arn = 'arn:aws:lambda:eu-west-3:123456789012:function:f:live';
    await (await backendFor({ function: arn, endpointUrl: server.url })).invoke(call());
    expect(server.seen[0]?.target).toBe(`/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`);
    expect(server.seen[0]?.headers['authorization']).toContain('/eu-west-3/lambda/');
  });

  it('of a function URL are kept, signed or not', async () => {
    const server = await fake(() => ({ body: 'ok' }));
    const plain: Payload = { kind: 'bytes', contentType: 'image/png', bytes: Buffer.from([1, 2, 3]) };
    const url = `${server.url}/a%20b/c[1]?x=1+2&y=%2B&x=0`;
    const signed = await backendFor({ url }, [plain]);
    expect(await signed.invoke(call())).toMatchObject({ ok: true, coldStart: 'unknown' });
    expect(server.seen[0]).toMatchObject({ target: '/a%20b/c%5B1%5D?x=1%202&y=%2B&x=0', body: plain.bytes });
    expect(server.seen[0]?.headers['content-type']).toBe('image/png');
    const unsigned = await backendFor({ url, auth: 'none' }, [plain]);
    expect(await unsigned.invoke(call())).toMatchObject({ ok: false, failure: 'unauthorized' });
    expect(server.seen[1]?.headers['authorization']).toBeUndefined();
  });
});

describe('what a function is sent', () => {
  it('is JSON: tensors and arrays become instances', async () => {
    const server = await fake(() => ({}));
    const tensor: Payload = { kind: 'tensor', tensor: { shape: [1, 2], dtype: 'float32', seed: 1 } };
    const backend = await backendFor({ function: 'f', endpointUrl: server.url }, [
      tensor,
      json('[[1,2]]'),
      json('{"x":1}'),
    ]);
    for (const payload of [0, 1, 2]) await backend.invoke(call(payload));
    const bodies = server.seen.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown[][]>);
    expect(bodies[0]?.['instances']?.[0]).toHaveLength(2);
    expect(bodies.slice(1)).toEqual([{ instances: [[1, 2]] }, { x: 1 }]);
  });

  it('must have a form as JSON', async () => {
    const csv: Payload = { kind: 'bytes', contentType: 'text/csv', bytes: Buffer.from('1,2') };
    await expect(backendFor({ function: 'f' }, [csv])).rejects.toThrow(/payload 0 of the trace: text\/csv/);
  });
});

describe('the report of the platform', () => {
  const tail = (log: string) => parseLogTail(Buffer.from(log).toString('base64'));

  it('is read back whatever its numbers', () => {
    const amount = fc.integer({ min: 0, max: 90_000_000 }).map((hundredths) => hundredths / 100);
    const optional = fc.option(amount, { nil: undefined });
    fc.assert(
      fc.property(
        amount,
        amount,
        optional,
        optional,
        fc.option(fc.nat(9999), { nil: undefined }),
        fc.string(),
        (durationMs, billedMs, initMs, restoreMs, billedRestoreMs, printed) => {
          const parts = [
            'REPORT RequestId: 8f5',
            `Duration: ${durationMs.toFixed(2)} ms`,
            `Billed Duration: ${String(billedMs)} ms`,
            'Memory Size: 2048 MB',
            'Max Memory Used: 99 MB',
            ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
            ...(restoreMs === undefined ? [] : [`Restore Duration: ${restoreMs.toFixed(2)} ms`]),
            ...(billedRestoreMs === undefined ? [] : [`Billed Restore Duration: ${String(billedRestoreMs)} ms`]),
          ];
          const xray = 'XRAY TraceId: 1-5\tSegmentId: 5\tSampled: true\t';
          const text = tail(`cut\n${printed}\n${parts.join('\t')}\t\n${xray}\n`);
          const allBilledMs = billedMs + (billedRestoreMs ?? 0);
          const given = { durationMs, billedMs: allBilledMs, initMs, restoreMs, memoryMb: 2048, maxMemoryMb: 99 };
          const usage = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
          expect(text).toEqual({ cold: initMs !== undefined || restoreMs !== undefined, usage });
          const metrics = {
            durationMs,
            billedDurationMs: billedMs,
            memorySizeMB: 2048,
            maxMemoryUsedMB: 99,
            initDurationMs: initMs,
            restoreDurationMs: restoreMs,
            billedRestoreDurationMs: billedRestoreMs,
          };
          const record = {
            time: 't',
            type: 'platform.report',
            record: { requestId: '8f5', metrics, status: 'success' },
          };
          expect(tail(`ut"}\n${JSON.stringify({ message: printed })}\n${JSON.stringify(record)}\n`)).toEqual(text);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['nothing', ''],
    ['no report', 'START RequestId: 1\nhello\n'],
    ['a report in the middle of a line', 'x REPORT RequestId: 1\tDuration: 1 ms\n'],
    ['a report without numbers', 'REPORT RequestId: 1\tDuration: fast\n'],
    ['a record of the function itself', '{"type":"mine","message":"platform.report"}\n'],
    ['a cut record', '{"type":"platform.report","record":{"metrics":{"durationMs":1'],
  ])('is missing from %s', (_what, log) => {
    expect(tail(log)).toBeUndefined();
  });

  it('never throws, and never invents a number', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (header) => {
        const report = parseLogTail(header);
        expect(report).toBeUndefined();
      }),
    );
  });

  it('counts last: a function may print one of its own', () => {
    const log = 'REPORT RequestId: no\tDuration: 9 ms\tInit Duration: 9 ms\nREPORT RequestId: 1\tDuration: 1.00 ms\t\n';
    expect(tail(log)).toEqual({ cold: false, usage: { durationMs: 1 } });
  });

  it('is the last that names the request, in either form, whatever the function prints in the other', () => {
    const text = (id: string, ms: number) =>
      `REPORT RequestId: ${id}\tDuration: ${String(ms)} ms\tBilled Duration: ${String(ms)} ms\t`;
    const record = (id: string, ms: number) =>
      JSON.stringify({
        type: 'platform.report',
        record: { requestId: id, metrics: { durationMs: ms, billedDurationMs: ms } },
      });
    const line = fc.tuple(
      fc.constantFrom(text, record),
      fc.constantFrom('own', 'other'),
      fc.integer({ min: 1, max: 99 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), line, fc.boolean(), (printed, [form, , ms], known) => {
        const platform = form('own', ms);
        const lines = [
          ...printed.map(([write, id, fake]) => write(id, fake)),
          platform,
          'XRAY TraceId: 1-5\tSegmentId: 5',
        ];
        const report = parseLogTail(Buffer.from(`${lines.join('\n')}\n`).toString('base64'), known ? 'own' : undefined);
        expect(report?.usage).toEqual({ durationMs: ms, billedMs: ms });
      }),
    );
    const onlyOther = Buffer.from(`${text('other', 3)}\n`).toString('base64');
    expect(parseLogTail(onlyOther, 'own')?.usage.durationMs).toBe(3);
    const behind = Buffer.from(`${record('own', 7)}\n${text('other', 3)}\n`).toString('base64');
    expect(parseLogTail(behind, 'own')?.usage.durationMs).toBe(7);
  });

  it('is not cold for what a function prints like a failed start', () => {
    const log =
      'INIT_REPORT Init Duration: 50.25 ms\nREPORT RequestId: 1\tDuration: 60.00 ms\tBilled Duration: 60 ms\t\n';
    expect(tail(log)?.cold).toBe(false);
  });

  it('of an environment that failed to start is cold', () => {
    const log =
      'INIT_REPORT Init Duration: 50.25 ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError\nREPORT RequestId: 1\tDuration: 60.00 ms\tBilled Duration: 60 ms\tStatus: error\n';
    expect(tail(log)).toEqual({ cold: true, usage: { durationMs: 60, billedMs: 60, initMs: 50.25 } });
  });
});

describe('the probe', () => {
  const controlled = (provisioned: FakeAnswer) =>
    fake(({ target }) => {
      if (target.includes('/provisioned-concurrency')) return provisioned;
      if (target.includes('/concurrency')) return { body: '{"ReservedConcurrentExecutions":40}' };
      return { body: '{"MemorySize":2048,"Architectures":["arm64"]}' };
    });

  it('reports provisioned and reserved concurrency', async () => {
    const server = await controlled({ body: '{"AllocatedProvisionedConcurrentExecutions":5}' });
    const backend = await backendFor({ function: 'f', qualifier: 'live', endpointUrl: server.url });
    expect(await backend.probe?.(new AbortController().signal)).toEqual([
      { kind: 'provisioned-concurrency:2048MB:arm64', count: 5 },
      { kind: 'reserved-concurrency', count: 40 },
    ]);
  });

  it('takes a function that has none of it for what it is, and fails where it is not allowed to ask', async () => {
    const none = await controlled({
      status: 404,
      headers: { 'x-amzn-errortype': 'ProvisionedConcurrencyConfigNotFoundException' },
    });
    const options = { function: 'f', qualifier: 'live' };
    const backend = await backendFor({ ...options, endpointUrl: none.url });
    expect(await backend.probe?.(new AbortController().signal)).toEqual([{ kind: 'reserved-concurrency', count: 40 }]);
    const denied = await controlled({ status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' } });
    const other = await backendFor({ ...options, endpointUrl: denied.url });
    await expect(other.probe?.(new AbortController().signal)).rejects.toThrow();
  });
});

describe('credentials', () => {
  it('are renewed in the background before they expire', async () => {
    let issued = 0;
    const keys = (n: number) => ({
      accessKeyId: `KEY${String(n)}`,
      secretAccessKey: 's',
      sessionToken: `t${String(n)}`,
    });
    const issuer = kept(
      await startFakeAws(() => {
        issued++;
        const { accessKeyId, secretAccessKey, sessionToken } = keys(issued);
        const Expiration = new Date(Date.now() + 2000).toISOString();
        const body = { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken, Expiration };
        return { body: JSON.stringify(body) };
      }),
    );
    isolateAws();
    Reflect.deleteProperty(process.env, 'AWS_ACCESS_KEY_ID');
    Reflect.deleteProperty(process.env, 'AWS_SECRET_ACCESS_KEY');
    Reflect.deleteProperty(process.env, 'AWS_SESSION_TOKEN');
    process.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] = `${issuer.url}/creds`;
    // Only the keys issued last are accepted, and those before for as long as they hold.
    const server = kept(
      await startFakeAws(
        () => ({}),
        () => [keys(issued), keys(issued - 1)],
      ),
    );
    const backend = await backendFor({ function: 'f', endpointUrl: server.url });
    const startMs = Date.now();
    const outcomes = [];
    while (Date.now() - startMs < 2300) {
      outcomes.push(await backend.invoke(call()));
      await pause(50);
    }
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    const used = new Set(server.seen.map(({ headers }) => headers['x-amz-security-token']));
    expect(used.size).toBeGreaterThanOrEqual(2);
    await eventually(() => Number(backend.facts?.()['credentialsRenewed']) >= 1);
  });

  it('that are missing, and a region that is missing, are the user’s to fix', async () => {
    Reflect.deleteProperty(process.env, 'AWS_ACCESS_KEY_ID');
    await expect(backendFor({ function: 'f' })).rejects.toThrow(/no AWS credentials .*--set profile=NAME/);
    Reflect.deleteProperty(process.env, 'AWS_REGION');
    await expect(backendFor({ function: 'f' })).rejects.toThrow(/which region\? give --set region=/);
  });
});

describe('options', () => {
  it.each<[RawOptions, RegExp]>([
    [{}, /--set function=NAME/],
    [{ function: 'f', url: 'http://h/' }, /function/],
    [{ url: 'http://h/', qualifier: 'x' }, /leave out qualifier/],
    [{ url: 'http://h/', client: 'sdk' }, /leave out client=sdk/],
    [{ url: 'http://h/', log: 'tail' }, /answers without a log/],
    [{ url: 'ftp://h/' }, /give a URL/],
    [{ url: 'http://user:pass@h/' }, /leave out user and password/],
    [{ function: 'f', auth: 'none' }, /add --url or endpointUrl/],
    [{ function: 'f', region: 'us-east-1.evil.example/' }, /give a region/],
    [{ function: 'f\r\nx: y' }, /plain characters/],
    [{ function: 'f', endpointUrl: 'http://u:p@h' }, /scheme, host, port and path/],
    [{ function: 'f', funktion: 'g' }, /did you mean function/],
  ])('%j are refused', (raw, message) => {
    expect(() => lambda.parseOptions(raw)).toThrow(message);
  });

  it('do not go around a proxy silently', async () => {
    process.env['HTTPS_PROXY'] = 'http://user:planted@proxy:3128';
    await expect(backendFor({ function: 'f' })).rejects.toThrow(/HTTPS_PROXY is set.*NO_PROXY$/);
    await expect(backendFor({ function: 'f' })).rejects.not.toThrow(/planted/);
  });

  it.each<[url: string, env: Record<string, string>, refused: boolean]>([
    ['https://a.amazonaws.com', {}, false],
    ['https://a.amazonaws.com', { HTTPS_PROXY: '' }, false],
    ['https://a.amazonaws.com', { HTTP_PROXY: 'http://p' }, false],
    ['https://a.amazonaws.com', { https_proxy: 'http://p' }, true],
    ['https://a.amazonaws.com', { ALL_PROXY: 'http://p' }, true],
    ['http://a.example', { HTTP_PROXY: 'http://p' }, true],
    ['https://a.amazonaws.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'x, .amazonaws.com' }, false],
    ['https://a.amazonaws.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'amazonaws.com' }, false],
    ['https://a.amazonaws.com', { HTTPS_PROXY: 'http://p', no_proxy: '*' }, false],
    ['https://a.notamazonaws.com', { HTTPS_PROXY: 'http://p', NO_PROXY: 'amazonaws.com' }, true],
    ['http://127.0.0.1:1', { HTTP_PROXY: 'http://p' }, false],
    ['http://localhost:1', { ALL_PROXY: 'http://p' }, false],
  ])('%s with %j: refused %s', (url, env, refused) => {
    const check = (): void => {
      refuseProxy('lambda', new URL(url), env);
    };
    if (refused) expect(check).toThrow(/NO_PROXY/);
    else check();
  });
});
