import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackendPlugin, RawOptions } from '#src/backends/backend';
import sagemaker from '#src/backends/sagemaker';
import { backendContract } from '#src/testing';
import type { Payload } from '#src/trace';
import type { Asked } from '../support/asked.js';
import { CREDENTIALS, type FakeAnswer, type FakeAws, isolateAws, startFakeAws } from '../support/fake-aws.js';
import { call, json, preparedBackend } from '../support/prepared-backend.js';

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

async function fake(answer: () => FakeAnswer, accepts = [CREDENTIALS]): Promise<FakeAws> {
  return kept(await startFakeAws(answer, () => accepts));
}

async function backendFor(raw: RawOptions, payloads: readonly Payload[] = [json('[[1]]')]): Promise<Asked> {
  return kept(await preparedBackend(sagemaker, raw, payloads));
}

isolateAws();
const contractFake = await startFakeAws(
  () => ({ body: '{"predictions":[]}' }),
  () => [CREDENTIALS],
);
describe('the contract', () => {
  for (const client of ['lean', 'sdk']) {
    const options = { endpoint: 'ep', endpointUrl: contractFake.url, client };
    backendContract({ it, plugin: sagemaker as unknown as BackendPlugin, options });
  }
});

const ALL = {
  endpoint: 'my-endpoint',
  variant: 'v2',
  targetModel: 'models/a b.tar.gz',
  inferenceComponent: 'ic',
  customAttributes: 'trace=1;  user=x',
  contentType: 'application/x-npy',
  accept: 'application/json',
};

describe('a request', () => {
  it('says what the client of the vendor says', async () => {
    const server = await fake(() => ({}));
    const body = Buffer.from([1, 0, 255]);
    const payload: Payload = { kind: 'bytes', contentType: 'image/png', bytes: body };
    const backend = await backendFor({ ...ALL, endpointUrl: server.url }, [payload]);
    expect(await backend.invoke(call())).toMatchObject({ ok: true, usage: { requestBytes: 3, answerBytes: 2 } });
    const client = new SageMakerRuntimeClient({ endpoint: server.url, maxAttempts: 1 });
    await client.send(
      new InvokeEndpointCommand({
        EndpointName: ALL.endpoint,
        Body: body,
        ContentType: ALL.contentType,
        Accept: ALL.accept,
        TargetVariant: ALL.variant,
        TargetModel: ALL.targetModel,
        InferenceComponentName: ALL.inferenceComponent,
        CustomAttributes: ALL.customAttributes,
      }),
    );
    client.destroy();
    const [own, vendors] = server.seen.map(({ method, target, headers, body: sent }) => {
      const told = Object.entries(headers).filter(([name]) => /^(x-amzn-|content-|accept$|host$)/.test(name));
      return { method, target, body: sent, headers: Object.fromEntries(told) };
    });
    expect(own?.target).toBe('/endpoints/my-endpoint/invocations');
    expect(own).toEqual(vendors);
  });

  it('takes the bytes of a payload as they are, and a tensor as instances', async () => {
    const server = await fake(() => ({}));
    const tensor: Payload = { kind: 'tensor', tensor: { shape: [2, 1], dtype: 'int32', seed: 1 } };
    const backend = await backendFor({ endpoint: 'ep', endpointUrl: server.url }, [json('[[1]]'), tensor]);
    for (const payload of [0, 1]) await backend.invoke(call(payload));
    expect(server.seen[0]?.body.toString()).toBe('[[1]]');
    expect(server.seen[1]?.body.toString()).toMatch(/^\{"instances":\[\[\d+\],\[\d+\]\]\}$/);
  });

  it('refused for its signature reveals no secret', async () => {
    const server = await fake(() => ({}), []);
    const outcome = await (await backendFor({ endpoint: 'ep', endpointUrl: server.url })).invoke(call());
    expect(outcome).toMatchObject({ ok: false, failure: 'unauthorized' });
    expect(JSON.stringify(outcome)).not.toContain('planted');
  });
});

const typed = (name: string): Record<string, string> => ({ 'x-amzn-errortype': name });
const model = (filler: string): string =>
  JSON.stringify({
    ErrorCode: 'INTERNAL_FAILURE_FROM_MODEL',
    LogStreamArn: 'arn',
    Message: `Received server error (500) from primary ${filler}`,
    OriginalMessage: 'out of memory',
    OriginalStatusCode: 507,
  });

const ANSWERS: readonly (readonly [failure: string, detail: RegExp, answer: FakeAnswer])[] = [
  [
    'function-error',
    /^status 424, ModelError, the model answered 507: out of memory$/,
    { status: 424, headers: typed('ModelError'), body: model('') },
  ],
  [
    'function-error',
    /^status 424, ModelError, the model answered 507: out of memory$/,
    { status: 424, headers: typed('ModelError'), body: model('x'.repeat(3000)) },
  ],
  [
    'throttled',
    /ThrottlingException: Rate/,
    { status: 400, headers: typed('ThrottlingException'), body: '{"Message":"Rate"}' },
  ],
  [
    'throttled',
    /^status 429, ModelNotReadyException/,
    { status: 429, headers: typed('ModelNotReadyException'), body: '{"Message":"m"}' },
  ],
  [
    'rejected',
    /ValidationError: no such/,
    { status: 400, headers: typed('ValidationError'), body: '{"message":"no such"}' },
  ],
  ['server-error', /InternalFailure: m/, { status: 500, headers: typed('InternalFailure'), body: '{"Message":"m"}' }],
  [
    'server-error',
    /ServiceUnavailable: m/,
    { status: 503, headers: typed('ServiceUnavailable'), body: '{"Message":"m"}' },
  ],
  [
    'unauthorized',
    /AccessDeniedException: m/,
    { status: 403, headers: typed('AccessDeniedException'), body: '{"Message":"m"}' },
  ],
];

describe('an answer that is no success', () => {
  it.each(ANSWERS)('is %s (%s), with either client', async (failure, detail, answer) => {
    const server = await fake(() => answer);
    for (const client of ['lean', 'sdk']) {
      const backend = await backendFor({ endpoint: 'ep', endpointUrl: server.url, client });
      const outcome = await backend.invoke(call());
      expect(outcome).toMatchObject({ ok: false, failure });
      expect(outcome.ok ? '' : outcome.detail).toMatch(detail);
      expect('usage' in outcome).toBe(failure === 'function-error');
    }
  });

  it('keeps the status of the model where its long answer is cut', async () => {
    const server = await fake(() => ({ status: 424, headers: typed('ModelError'), body: model('x'.repeat(9000)) }));
    const outcome = await (await backendFor({ endpoint: 'ep', endpointUrl: server.url })).invoke(call());
    expect(outcome).toMatchObject({ failure: 'function-error' });
    expect(outcome.ok ? '' : outcome.detail).toMatch(/^status 424, ModelError: Received server error \(500\)/);
  });
});

describe('options', () => {
  it.each<[RawOptions, RegExp]>([
    [{}, /--set endpoint=NAME/],
    [{ endpoint: 'e', customAttributes: 'a\nb' }, /plain characters/],
    [{ endpoint: 'e', customAttributes: '{seq}' }, /leave out \{seq\}/],
    [{ endpoint: 'e', variants: 'v' }, /did you mean variant/],
    [{ endpoint: 'e', client: 'undici' }, /one of lean, sdk/],
  ])('%j are refused', (raw, message) => {
    expect(() => sagemaker.parseOptions(raw)).toThrow(message);
  });
});
