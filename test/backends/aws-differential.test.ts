import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import lambda from '#src/backends/lambda';
import sagemaker from '#src/backends/sagemaker';
import type { Outcome } from '#src/sample';
import type { Asked } from '../support/asked.js';
import { CREDENTIALS, type FakeAnswer, isolateAws, startFakeAws } from '../support/fake-aws.js';
import { call, json, preparedBackend } from '../support/prepared-backend.js';

isolateAws();
let answer: FakeAnswer = {};
const server = await startFakeAws(
  () => answer,
  () => [CREDENTIALS],
);
const endpointUrl = server.url;

interface Service {
  readonly lean: Asked;
  readonly sdk: Asked;
  /** What the vendor's own client says to it, by itself. */
  readonly ask: () => Promise<VendorsWord>;
}

interface VendorsWord {
  readonly status: number;
  /** Of the error; empty: it is none. */
  readonly name: string;
  readonly throttles: boolean;
}

const body = new Uint8Array([123, 125]);
/** Hears how the vendor's client would retry, and lets it not. */
let retry = '';
const common = {
  endpoint: endpointUrl,
  retryStrategy: {
    acquireInitialRetryToken: () => Promise.resolve({ getRetryCount: () => 0, getRetryDelay: () => 0 }),
    refreshRetryTokenForRetry(_token: unknown, { errorType }: { readonly errorType: string }) {
      retry = errorType;
      return Promise.reject(new Error('no more'));
    },
    recordSuccess: () => undefined,
  },
};
const lambdaClient = new LambdaClient(common);
const sageMakerClient = new SageMakerRuntimeClient(common);

const services: Readonly<Record<string, Service>> = {
  lambda: {
    lean: await preparedBackend(lambda, { function: 'f', endpointUrl }, [json('{}')]),
    sdk: await preparedBackend(lambda, { function: 'f', endpointUrl, client: 'sdk' }, [json('{}')]),
    ask: () => heard(() => lambdaClient.send(new InvokeCommand({ FunctionName: 'f', Payload: body }))),
  },
  sagemaker: {
    lean: await preparedBackend(sagemaker, { endpoint: 'e', endpointUrl }, [json('{}')]),
    sdk: await preparedBackend(sagemaker, { endpoint: 'e', endpointUrl, client: 'sdk' }, [json('{}')]),
    ask: () => heard(() => sageMakerClient.send(new InvokeEndpointCommand({ EndpointName: 'e', Body: body }))),
  },
};
afterAll(async () => {
  for (const { lean, sdk } of Object.values(services)) for (const one of [lean, sdk]) await one.close?.();
  lambdaClient.destroy();
  sageMakerClient.destroy();
  await server.close();
});

interface Sent {
  readonly $metadata: { readonly httpStatusCode?: number };
  readonly FunctionError?: string | undefined;
}

async function heard(send: () => Promise<Sent>): Promise<VendorsWord> {
  retry = '';
  try {
    const { $metadata, FunctionError = '' } = await send();
    return { status: $metadata.httpStatusCode ?? 0, name: FunctionError, throttles: false };
  } catch (thrown) {
    const { name, $metadata } = thrown as Error & Sent;
    return { status: $metadata.httpStatusCode ?? 0, name, throttles: retry === 'THROTTLING' };
  }
}

const names = fc.constantFrom(
  'TooManyRequestsException',
  'ThrottlingException',
  'EC2ThrottledException',
  'RequestLimitExceeded',
  'SlowDown',
  'ModelError',
  'ModelNotReadyException',
  'ServiceException',
  'ServiceUnavailable',
  'InternalFailure',
  'InternalDependencyException',
  'ResourceNotFoundException',
  'InvalidRequestContentException',
  'RequestTooLargeException',
  'ValidationError',
  'AccessDeniedException',
  'SomethingNew',
);
const statuses = fc.constantFrom(400, 401, 403, 404, 409, 413, 415, 424, 429, 500, 502, 503, 504, 530);
/** Where the name stands, as the protocol allows it. */
const forms = fc.constantFrom('header', 'header with an address', 'code', '__type', '__type with a namespace');
const errors: fc.Arbitrary<FakeAnswer> = fc
  .tuple(statuses, names, forms, fc.stringMatching(/^[!-~][ -~]{0,30}[!-~]$/))
  .map(([status, name, form, message]) => ({ status, ...named(name, form, message) }));

function named(name: string, form: string, message: string): Pick<FakeAnswer, 'headers' | 'body'> {
  const fields = { message, OriginalStatusCode: 507 };
  if (form.startsWith('header')) {
    const type = form === 'header' ? name : `${name}:http://internal.amazon.com/coral/`;
    return { headers: { 'x-amzn-errortype': type }, body: JSON.stringify(fields) };
  }
  const field = form === 'code' ? { code: name } : { __type: form === '__type' ? name : `com.amazonaws#${name}` };
  return { body: JSON.stringify({ ...fields, ...field }) };
}

describe.each(Object.entries(services))('%s, beside the client of the vendor', (service, { lean, sdk, ask }) => {
  const both = async (given: FakeAnswer): Promise<readonly [Outcome, Outcome, VendorsWord]> => {
    answer = given;
    return [await lean.invoke(call()), await sdk.invoke(call()), await ask()];
  };

  it('takes every named error for what the vendor takes it for', async () => {
    await fc.assert(
      fc.asyncProperty(errors, async (given) => {
        const [own, through, { status, name, throttles }] = await both(given);
        expect(own.ok || through.ok).toBe(false);
        if (own.ok || through.ok) return;
        expect([own.failure, own.detail]).toEqual([through.failure, through.detail]);
        expect(own.detail).toContain(`status ${String(status)}, ${name}`);
        expect(own.failure === 'throttled').toBe(throttles);
        if (name === 'ModelError' && !throttles) expect(own.failure).toBe('function-error');
        else if (!throttles) expect(own.failure).toBe(kindOf(status, own.failure));
      }),
      { numRuns: 60 },
    );
  });

  it('takes an error without a name, XML or garbage by its status, as the vendor does', async () => {
    const bodies = fc.constantFrom(
      '',
      '{}',
      '[]',
      '<html>no</html>',
      '<Error><Message>m</Message></Error>',
      'gar\0bage',
    );
    await fc.assert(
      fc.asyncProperty(statuses, bodies, async (status, text) => {
        const [own, through, word] = await both({ status, body: text });
        expect(own.ok || through.ok).toBe(false);
        if (own.ok || through.ok) return;
        expect(own.failure).toBe(through.failure);
        expect(word.status).toBe(status);
        expect(own.failure === 'throttled').toBe(word.throttles);
        if (!word.throttles) expect(own.failure).toBe(kindOf(status, own.failure));
      }),
      { numRuns: 30 },
    );
  });

  it('takes a success for one, and a function that failed for what the vendor says', async () => {
    for (const text of ['', '{}', 'no JSON']) {
      const [own, through, word] = await both({ status: 200, body: text });
      expect([own.ok, through.ok, word]).toEqual([true, true, { status: 200, name: '', throttles: false }]);
    }
    const [own, through, word] = await both({ body: '{}', headers: { 'x-amz-function-error': 'Unhandled' } });
    const failed = service === 'lambda';
    expect(word.name).toBe(failed ? 'Unhandled' : '');
    for (const outcome of [own, through])
      expect(outcome.ok ? 'ok' : outcome.failure).toBe(failed ? 'function-error' : 'ok');
  });
});

describe.each([
  ['lambda', lambda, { function: 'f' }],
  ['sagemaker', sagemaker, { endpoint: 'e' }],
] as const)('%s judges a compressed body by what it says', (_name, plugin, options) => {
  it.each([
    ['identity', (text: string) => Buffer.from(text)],
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    // It is none.
    ['gzip', (text: string) => Buffer.from(text)],
    ['rot13', (text: string) => Buffer.from(text)],
  ])('%s', async (encoding, encode) => {
    for (const expected of ['body~yes', 'body!~yes', 'json:.say=yes', 'body']) {
      const raw = { ...options, endpointUrl, expect: expected };
      const clients = [
        await preparedBackend(plugin as typeof lambda, raw, [json('{}')]),
        await preparedBackend(plugin as typeof lambda, { ...raw, client: 'sdk' }, [json('{}')]),
      ];
      answer = { headers: { 'content-encoding': encoding }, body: encode('{"say":"yes"}') };
      const outcomes = await Promise.all(clients.map((client) => client.invoke(call())));
      const [lean, sdk] = outcomes.map((outcome) => (outcome.ok ? 'ok' : `${outcome.failure}: ${outcome.detail}`));
      expect(sdk, expected).toBe(lean);
      if (encoding !== 'rot13' && encode('x').toString() !== 'x') expect(lean === 'ok').toBe(expected !== 'body!~yes');
      for (const client of clients) await client.close?.();
    }
  });
});

/** What a status means by itself; errors of credentials may come as any 4xx. */
function kindOf(status: number, own: string): string {
  if (status >= 500) return 'server-error';
  if (status === 401 || status === 403) return 'unauthorized';
  return own === 'unauthorized' ? own : 'rejected';
}
