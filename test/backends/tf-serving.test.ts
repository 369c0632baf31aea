import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackendContext, BackendPlugin, Call, RawOptions, SetUpResult } from '#src/backends/backend';
import plugin from '#src/backends/tf-serving';
import { defaultPayload } from '#src/backends/tf-serving/default-payload';
import { payloadTensors } from '#src/backends/tf-serving/payload-tensors';
import { restBody } from '#src/backends/tf-serving/rest-body';
import type { TfServingOptions } from '#src/backends/tf-serving/tf-serving-options';
import { UserError } from '#src/errors';
import type { Outcome } from '#src/sample';
import { backendContract } from '#src/testing';
import type { Payload } from '#src/trace';
import { served, type Served } from '../serve/served.js';
import { pair, scoring, slowly } from '../serve/tiny-models.js';
import { asked } from '../support/asked.js';
import { realClock } from './wire/real-clock.js';

const URL_BASE = 'http://127.0.0.1:8501';

function parse(raw: RawOptions): TfServingOptions {
  return plugin.parseOptions(raw);
}

function json(value: unknown): Payload {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { kind: 'bytes', contentType: 'application/json', bytes: Buffer.from(text) };
}

describe('options', () => {
  it.each([
    [{ url: URL_BASE, model: 'm' }, `${URL_BASE}/v1/models/m:predict`],
    [{ url: `${URL_BASE}/`, model: 'm', version: '3' }, `${URL_BASE}/v1/models/m/versions/3:predict`],
    [{ url: URL_BASE, model: 'm', method: 'classify' }, `${URL_BASE}/v1/models/m:classify`],
    [{ url: `${URL_BASE}/v1/models/m` }, `${URL_BASE}/v1/models/m:predict`],
    [{ url: `${URL_BASE}/v1/models/m`, version: '3' }, `${URL_BASE}/v1/models/m/versions/3:predict`],
    [{ url: `${URL_BASE}/v1/models/m/versions/2:regress` }, `${URL_BASE}/v1/models/m/versions/2:regress`],
    [{ url: `${URL_BASE}/v1/models/m/labels/new` }, `${URL_BASE}/v1/models/m/labels/new:predict`],
    [
      { url: 'https://proxy/serving/', model: 'a b'.replace(' ', '+') },
      'https://proxy/serving/v1/models/a%2Bb:predict',
    ],
  ])('%j asks %s', (raw: RawOptions, url) => {
    const options = parse(raw);
    expect(options).toMatchObject({ transport: 'rest', http: { url } });
    expect((plugin.knowsSent as (options: TfServingOptions) => boolean)(options)).toBe(true);
  });

  it.each([
    [{ address: 'h:8500', model: 'm' }, 'http://h:8500/'],
    [{ address: 'grpcs://h:443', model: 'm', transport: 'grpc' }, 'https://h/'],
    [{ address: '[::1]:8500', model: 'm', url: URL_BASE, transport: 'grpc' }, 'http://[::1]:8500/'],
  ])('%j calls %s', (raw: RawOptions, url) => {
    const options = parse(raw);
    expect(options).toMatchObject({ transport: 'grpc', http: { url }, channels: null });
    expect((plugin.knowsSent as (options: TfServingOptions) => boolean)(options)).toBe(false);
  });

  it.each([
    [{}, /give the server with --url/],
    [{ url: URL_BASE }, /give the model/],
    [{ url: 'nonsense', model: 'm' }, /^backend tf-serving: .*nonsens/],
    [{ url: URL_BASE, model: 'a/b' }, /without spaces, slashes/],
    [{ url: `${URL_BASE}/v1/models/m`, model: 'n' }, /URL names another model/],
    [{ url: `${URL_BASE}/v1/models/m/versions/2`, version: '3' }, /URL names another version/],
    [{ url: `${URL_BASE}/v1/models/m:regress`, method: 'predict' }, /URL names another method/],
    [{ url: URL_BASE, model: 'm', version: 'x' }, /give a whole number/],
    [{ url: URL_BASE, model: 'm', method: 'explain' }, /one of predict, classify, regress/],
    [{ url: URL_BASE, model: 'm', chanels: '2' }, /did you mean channels/],
    [{ url: URL_BASE, model: 'm', channels: '2' }, /transport=grpc/],
    [{ url: URL_BASE, model: 'm', header: 'x' }, /^backend tf-serving: a header/],
    [{ url: URL_BASE, model: 'm', dtype: 'float' }, /float32/],
    [{ transport: 'grpc', model: 'm' }, /--set address/],
    [{ address: 'http://me:secret@h:1', model: 'm' }, /give host:port/],
    [{ address: 'h', model: 'm' }, /give host:port/],
    [{ address: 'h:1', model: 'm', method: 'classify' }, /needs transport=rest/],
    [{ address: 'h:1', model: 'm', expect: 'status:200' }, /transport=rest/],
    [{ address: 'h:1', model: 'm', header: 'x-bin: 1' }, /binary metadata/],
  ])('%j are refused', (raw: RawOptions, message) => {
    expect(() => parse(raw)).toThrow(message);
    expect(() => parse(raw)).toThrow(UserError);
    expect(() => parse(raw)).not.toThrow(/secret/);
  });
});

describe('a payload', () => {
  const tensor: Payload = { kind: 'tensor', tensor: { shape: [2, 2], dtype: 'int64', seed: 3 } };
  const options = parse({ url: URL_BASE, model: 'm' });
  const body = (payload: Payload, changed: Partial<TfServingOptions> = {}): string =>
    Buffer.from(restBody(payload, { ...options, ...changed })).toString();

  it('goes over REST as the method takes it', () => {
    const rows = JSON.parse(body(tensor)) as { instances: number[][] };
    expect(rows.instances.map((row) => row.length)).toEqual([2, 2]);
    expect(JSON.parse(body(tensor, { input: 'x' }))).toEqual({ inputs: { x: rows.instances } });
    expect(JSON.parse(body(tensor, { input: 'x', method: 'classify' }))).toEqual({
      examples: rows.instances.map((x) => ({ x })),
    });
    expect(body(json('[1.0, 2]'))).toBe('{"instances":[1.0, 2]}');
    expect(body(json('{"instances": [1.0]}'), { signature: 's' })).toBe('{"signature_name":"s","instances": [1.0]}');
    expect(body(json('{"signature_name": "own", "inputs": 1}'), { signature: 's' })).toContain('"own"');
    expect(() => body(tensor, { method: 'regress' })).toThrow(/--set input=NAME/);
  });

  it('becomes tensors for gRPC, of the types that are given', () => {
    const names = { input: null, dtypes: {} };
    const named = json({
      instances: [
        { a: [1, 2], b: true },
        { b: false, a: [3, 4] },
      ],
    });
    expect(Object.fromEntries(payloadTensors(named, names))).toEqual({
      a: { dtype: 'float32', shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
      b: { dtype: 'bool', shape: [2], values: Uint8Array.of(1, 0) },
    });
    expect(payloadTensors(json([[7]]), { input: 'x', dtypes: { x: 'int64' } }).get('x')).toEqual({
      dtype: 'int64',
      shape: [1, 1],
      values: BigInt64Array.of(7n),
    });
    expect(payloadTensors(tensor, { ...names, input: 'x' }).get('x')).toMatchObject({ dtype: 'int64', shape: [2, 2] });
    expect(() => payloadTensors(json([1]), names)).toThrow(/--set input=NAME/);
    expect(() => payloadTensors(json({ inputs: { a: [0.5] } }), { input: null, dtypes: { '': 'int32' } })).toThrow(
      /no int32/,
    );
    expect(() => payloadTensors(json({ signature_name: 's', inputs: { a: 1 } }), names)).toThrow(/--set signature/);
  });

  it('is made from the metadata where the trace has none', () => {
    const inputs = [
      { name: 'image', dtype: 'float32', shape: [-1, -1, -1, -1] },
      { name: 'attention_mask', dtype: 'int64', shape: [-1, -1] },
    ] as const;
    const made = defaultPayload(inputs, { method: 'predict', sequenceLength: 5 });
    const given = payloadTensors(made, { input: null, dtypes: { attention_mask: 'int64' } });
    expect(given.get('image')?.shape).toEqual([1, 224, 224, 3]);
    expect(given.get('attention_mask')?.values).toEqual(BigInt64Array.of(1n, 1n, 1n, 1n, 1n));
  });
});

describe('against replay serve', () => {
  let server: Served;
  let two: Served;
  let slow: Served;
  beforeAll(async () => {
    [server, two, slow] = await Promise.all([served(scoring()), served(pair()), served(slowly(100), { queue: 0 })]);
  });
  afterAll(() => Promise.all([server.stop(), two.stop(), slow.stop()]));

  describe('the contract', () => {
    const rest = late(() => ({ url: server.url, model: 'scoring' }));
    const grpc = late(() => ({ address: server.grpc, model: 'scoring' }));
    const payloads = [json({ inputs: { x: [[1, 2, 3, 4]] } })];
    backendContract({ it, plugin: rest, options: { marker: 'rest' }, payloads });
    backendContract({ it, plugin: grpc, options: { marker: 'grpc' }, payloads });
    backendContract({ it, plugin: grpc, options: { marker: 'grpc' } });
  });

  it('a trace without payloads gets one from the metadata, said in the notes, over both protocols', async () => {
    for (const raw of [
      { url: two.url, model: 'pair' },
      { address: two.grpc, model: 'pair' },
    ]) {
      const { made, outcomes } = await invoked(raw, [], 3);
      expect(made.notes?.join()).toMatch(/made from the metadata/);
      expect(outcomes).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
    }
    const classify = await invoked({ url: server.url, model: 'scoring', method: 'classify' }, [], 1);
    expect(classify.outcomes).toMatchObject([{ ok: true }]);
  });

  it("a server that is not there, or has no such model, is the user's to fix when its metadata is needed", async () => {
    await expect(invoked({ url: two.url, model: 'other' }, [], 1)).rejects.toThrow(
      /status 404.*give the trace a payload/,
    );
    await expect(invoked({ address: two.grpc, model: 'other' }, [], 1)).rejects.toThrow(/Servable not found/);
    await expect(invoked({ url: 'http://127.0.0.1:1', model: 'm' }, [], 1)).rejects.toThrow(/ECONNREFUSED.*start it/);
    await expect(invoked({ address: '127.0.0.1:1', model: 'm' }, [], 1)).rejects.toThrow(/ECONNREFUSED.*start it/);
    await expect(invoked({ url: two.url, model: 'pair', signature: 's' }, [], 1)).rejects.toThrow(/serving_default/);
  });

  it('what the server refuses has the same failure over both protocols', async () => {
    const wrong = json({ inputs: { x: [[1, 2]] } });
    for (const where of [{ url: server.url }, { address: server.grpc }]) {
      const { outcomes } = await invoked({ ...where, model: 'scoring' }, [wrong], 1);
      expect(outcomes).toMatchObject([
        { ok: false, failure: 'rejected', detail: expect.stringMatching(/shape/) as unknown },
      ]);
      const absent = await invoked({ ...where, model: 'none' }, [wrong], 1);
      expect(absent.outcomes).toMatchObject([{ ok: false, failure: 'rejected' }]);
      const index = json({ inputs: { a: [[1, 2]], row: [9] } });
      const at = 'url' in where ? { url: two.url } : { address: two.grpc, dtype: 'row:int64' };
      const failing = await invoked({ ...at, model: 'pair' }, [index], 1);
      expect(failing.outcomes).toMatchObject([{ ok: false, failure: 'server-error' }]);
      const flooded = 'url' in where ? { url: slow.url } : { address: slow.grpc };
      const many = await invoked({ ...flooded, model: 'slowly' }, [json({ inputs: { x: [[1]] } })], 8);
      const failures = many.outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.failure));
      expect(new Set(failures)).toEqual(new Set(['ok', 'throttled']));
    }
  });

  it('reports the machine and its GPUs', async () => {
    const backend = await plugin.create(parse({ url: server.url, model: 'scoring' }), context([]));
    const [machine, ...gpus] = (await backend.probe?.(new AbortController().signal)) ?? [];
    expect(machine).toEqual({ kind: 'machines', count: 1 });
    for (const { kind } of gpus) expect(kind).toBe('gpus');
    await backend.close?.();
  });
});

/** The plugin with options that are known only once the server listens. */
function late(options: () => RawOptions): BackendPlugin {
  return {
    ...plugin,
    parseOptions: ({ marker: _, ...raw }: RawOptions) => plugin.parseOptions({ ...options(), ...raw }),
  } as unknown as BackendPlugin;
}

function context(payloads: readonly Payload[]): BackendContext {
  return { clock: realClock(), payloads, worker: 0, workers: 1, runId: 'r', seed: 1, virtual: false };
}

interface Invoked {
  readonly made: SetUpResult<TfServingOptions>;
  readonly outcomes: readonly Outcome[];
}

/** This many calls at once, through set-up and a backend of their own. */
async function invoked(raw: RawOptions, payloads: readonly Payload[], count: number): Promise<Invoked> {
  const { signal } = new AbortController();
  const made = await plugin.setUp?.(parse(raw), {
    payloads,
    mostInFlight: count,
    progress: () => undefined,
    env: {},
    signal,
  });
  if (made === undefined) throw new Error('no set-up');
  const world = context(payloads.length > 0 ? payloads : (made.payloads ?? []));
  const backend = asked(await plugin.create(made.options, world));
  await backend.prepare?.(signal);
  const call = (seq: number): Omit<Call, 'settle'> => {
    const handedMs = world.clock.now();
    return { seq, dueMs: handedMs, handedMs, payload: 0, signal, onAbort: () => undefined };
  };
  const outcomes = await Promise.all(Array.from({ length: count }, (_, seq) => backend.invoke(call(seq))));
  await backend.close?.();
  return { made, outcomes };
}
