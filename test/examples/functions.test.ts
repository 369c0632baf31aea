import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { GraphBuilder } from '#src/backends/onnx/graph-builder';
import { writeModel } from '../backends/onnx-tiny-models.js';
import { pair, scoring } from '../serve/tiny-models.js';
import { aws4 } from '../support/fake-aws.js';
import { builtFunctions } from '../support/stand-in.js';

const require = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'replay-functions-'));
const asked: IncomingMessage[] = [];
let refusals = 0;
const store = createServer((request, response) => {
  asked.push(request);
  if (refusals-- > 0) return response.writeHead(503).end();
  const path = join(folder, request.url ?? '');
  const size = statSync(path).size;
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (from === undefined) return createReadStream(path).pipe(response);
  const end = Math.min(Number(to), size - 1);
  response.writeHead(206, {
    'content-range': `bytes ${from}-${String(end)}/${String(size)}`,
    'content-length': end - Number(from) + 1,
  });
  return createReadStream(path, { start: Number(from), end }).pipe(response);
});
let url = '';

beforeAll(async () => {
  await new Promise<void>((done) => store.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${String((store.address() as AddressInfo).port)}`;
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  asked.length = 0;
  refusals = 0;
});

interface Served {
  readonly predictions: readonly unknown[];
  readonly durationMs: number;
  readonly cpuMs: number;
  readonly stages: Readonly<Record<string, number>> | null;
}

/** A module of the built functions, loaded anew as in a new environment. */
function fresh<T>(name: string, env: Readonly<Record<string, string>> = {}): T {
  for (const key of ['MODEL', 'RUNTIME', 'COLD_START', 'SLICE_MB', 'THREADS']) Reflect.deleteProperty(process.env, key);
  Object.assign(process.env, { THREADS: '1', ...env });
  const dist = join(builtFunctions(), 'dist');
  for (const path of Object.keys(require.cache)) if (path.startsWith(dist)) Reflect.deleteProperty(require.cache, path);
  return require(join(dist, name)) as T;
}

const serveModel = (env: Readonly<Record<string, string>>) =>
  fresh<{ serveModel(body: unknown): Promise<Served> }>('serve-model.js', env).serveModel;

/** One of each layer that MobileNet has: a strided and a depthwise convolution, pooling, a dense layer. */
function convolutions(): string {
  const graph = new GraphBuilder();
  const [zero, six] = [graph.filled([], 0), graph.filled([], 6)];
  const layer = (x: string, shape: number[], group: number, stride: number, pads: number[]): string => {
    const weights = graph.weights(shape, 1);
    const attributes = { kernel_shape: shape.slice(2), strides: [stride, stride], pads, group };
    const y = graph.add('Conv', [x, weights, graph.weights([shape[0] ?? 0], 1)], attributes);
    return graph.add('Clip', [y, zero, six]);
  };
  let x = layer('input', [8, 3, 3, 3], 1, 2, [0, 0, 1, 1]);
  x = layer(x, [8, 1, 3, 3], 8, 1, [1, 1, 1, 1]);
  x = layer(x, [4, 8, 1, 1], 1, 1, [0, 0, 0, 0]);
  x = graph.add('Flatten', [graph.add('GlobalAveragePool', [x])], { axis: 1 });
  x = graph.add('Gemm', [x, graph.weights([4, 5], 1), graph.weights([5], 1)]);
  graph.add('Softmax', [x], { axis: 1 }, 'probabilities');
  const value = (name: string, shape: (number | string)[]) => ({ name, dtype: 'float32' as const, shape });
  const input = [value('input', ['N', 3, 8, 8])];
  return writeModel(folder, graph.finish('convolutions', input, [value('probabilities', ['N', 5])]));
}

it('both runtimes give the same predictions from the same file', async () => {
  const path = convolutions();
  const [ort, tfjs] = ['ort', 'tfjs-wasm'].map((RUNTIME) => serveModel({ MODEL: path, RUNTIME }));
  const plane = fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 8, maxLength: 8 }), {
    minLength: 8,
    maxLength: 8,
  });
  const image = fc.array(plane, { minLength: 3, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(fc.array(image, { minLength: 1, maxLength: 3 }), async (instances) => {
      const [one, other] = await Promise.all([ort?.({ instances }), tfjs?.({ instances })]);
      expect(one?.predictions).toHaveLength(instances.length);
      const close = one?.predictions.map((row) => (row as number[]).map((score) => expect.closeTo(score, 4) as number));
      expect(other?.predictions).toEqual(close);
    }),
    { numRuns: 10 },
  );
});

it('a model that WebAssembly would get wrong is refused', async () => {
  const serve = serveModel({ MODEL: writeModel(folder, pair()), RUNTIME: 'tfjs-wasm' });
  await expect(serve({ instances: [[1, 2]] })).rejects.toThrow(/needs RUNTIME=ort/);
});

it.each(['sequential', 'parallel-1', 'parallel-2'])(
  '%s: five stages once, which lie within the first call',
  async (COLD_START) => {
    writeModel(folder, scoring());
    const serve = serveModel({ MODEL: `${url}/scoring.onnx`, COLD_START });
    const before = process.cpuUsage();
    const first = await serve({ instances: [[1, 2, 3, 4]] });
    const { containerMs, ...inside } = first.stages ?? {};
    expect(containerMs).toBeGreaterThan(0);
    expect(Object.keys(inside)).toEqual(['importMs', 'downloadMs', 'loadMs', 'firstInferenceMs']);
    const sum = Object.values(inside).reduce((total, stageMs) => total + stageMs, 0);
    expect(sum).toBeLessThanOrEqual(first.durationMs);
    // What this process used meanwhile, as the operating system counts it.
    const { user, system } = process.cpuUsage(before);
    expect(first.cpuMs).toBeGreaterThan(0);
    expect(first.cpuMs).toBeLessThanOrEqual((user + system) / 1000);
    const second = await serve({ instances: [[1, 2, 3, 4]] });
    expect(second).toMatchObject({ stages: null, predictions: first.predictions });
    expect(asked).toHaveLength(1);
  },
);

it('slices put the same bytes together, whatever their number', async () => {
  const source = fresh<{
    fetchModelInSlices(source: object, sliceBytes: number): Promise<Uint8Array>;
    parseModelSource(text: string, folder: string, region: string): object;
  }>('model-source.js');
  const whole = readFileSync(writeModel(folder, scoring()));
  const from = source.parseModelSource(`${url}/scoring.onnx`, '', '');
  for (const sliceBytes of [1 << 20, whole.length, whole.length - 1, 100, 37]) {
    asked.length = 0;
    expect(Buffer.from(await source.fetchModelInSlices(from, sliceBytes)).equals(whole)).toBe(true);
    expect(asked).toHaveLength(Math.ceil(whole.length / sliceBytes));
  }
});

it('a model that could not be had is asked for again by the next invocation', async () => {
  writeModel(folder, scoring());
  const serve = serveModel({ MODEL: `${url}/scoring.onnx` });
  refusals = 1;
  await expect(serve({ instances: [[1, 2, 3, 4]] })).rejects.toThrow('the model server answered 503');
  expect(await serve({ instances: [[1, 2, 3, 4]] })).toMatchObject({
    stages: { importMs: expect.any(Number) as number },
  });
});

it('several inputs and outputs go by name, also whole numbers', async () => {
  const serve = serveModel({ MODEL: writeModel(folder, pair()) });
  const { predictions } = await serve({
    instances: [
      { a: [1, 2], row: 3 },
      { a: [3, 4], row: 0 },
    ],
  });
  expect(predictions).toEqual([
    { twice: [2, 4], picked: expect.closeTo(0.4, 6) as number },
    { twice: [6, 8], picked: expect.closeTo(0.1, 6) as number },
  ]);
});

it.each([
  [undefined, 'give {"instances": [...]}'],
  [{ instances: [] }, 'give {"instances": [...]}'],
  [{ instances: [{ y: 1 }] }, 'an instance lacks the input x'],
  [{ instances: [[1, 2], [1]] }, 'x: rows of unequal shape'],
  [{ instances: [[1, 2, 3, 'four']] }, 'x: string where a number should be'],
])('a bad request says what to mend: %j', async (body, error) => {
  const env = { MODEL: writeModel(folder, scoring()) };
  const { predict } = fresh<{ predict(request: object, response: object): Promise<void> }>('cloud-function.js', env);
  const answered: unknown[] = [];
  const response = {
    set: () => response,
    status: (code: number) => (answered.push(code), response),
    json: (value: unknown) => answered.push(value),
  };
  await predict({ body }, response);
  expect(answered).toEqual([400, { error }]);
  const { handler } = fresh<{ handler(event: unknown): Promise<unknown> }>('lambda.js', env);
  await expect(handler(body)).rejects.toMatchObject({ name: 'BadRequest', message: error });
  const event = { requestContext: { http: {} }, body: JSON.stringify(body) };
  if (body !== undefined)
    expect(await handler(event)).toMatchObject({ statusCode: 400, body: JSON.stringify({ error }) });
});

it('a function URL answers in headers what an Invoke logs', async () => {
  const { handler } = fresh<{ handler(event: unknown): Promise<{ headers: Record<string, string> }> }>('lambda.js', {
    MODEL: writeModel(folder, scoring()),
  });
  const body = Buffer.from('{"instances":[[1,2,3,4]]}').toString('base64');
  const event = { requestContext: { http: {} }, body, isBase64Encoded: true };
  const { headers } = await handler(event);
  expect(headers['x-replay-cold-start']).toBe('cold');
  expect(JSON.parse(headers['x-replay-usage'] ?? '')).toHaveProperty('loadMs');
  expect(JSON.parse(headers['x-replay-usage'] ?? '')).toHaveProperty('cpuMs');
  expect((await handler(event)).headers['x-replay-cold-start']).toBe('warm');
});

it.each([
  [{ RUNTIME: 'tflite' }, 'RUNTIME=tflite: give ort or tfjs-wasm'],
  [{ COLD_START: 'fast' }, 'COLD_START=fast: give sequential or parallel-1 or parallel-2'],
  [{ SLICE_MB: '0' }, 'SLICE_MB=0: give a whole number from 1 to 1024'],
  [{ MODEL: 'http://example.org/m.onnx' }, 'MODEL=http://example.org/m.onnx: give s3://, gs://, https:// or a path'],
])('a bad setting names its variable: %j', async (env, error) => {
  await expect(serveModel(env as Record<string, string>)({ instances: [1] })).rejects.toThrow(error);
});

it('signs for S3 as aws4 does', () => {
  const { signS3, parseModelSource } = fresh<{
    signS3(url: URL, env: object, date: Date): Record<string, string>;
    parseModelSource(text: string, folder: string, region: string): { url: string };
  }>('model-source.js');
  const text = fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom(...'abcXYZ019-_.~ /+=()!*é') });
  fc.assert(
    fc.property(
      text,
      fc.option(text, { nil: undefined }),
      fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
      (key, token, date) => {
        const { url: address } = parseModelSource(`s3://bucket/m/${key}.onnx`, '', 'eu-west-1');
        const at = new URL(address);
        const credentials = {
          accessKeyId: 'AKID',
          secretAccessKey: 'secret',
          ...(token === undefined ? {} : { sessionToken: encodeURIComponent(token) }),
        };
        const env = {
          AWS_ACCESS_KEY_ID: 'AKID',
          AWS_SECRET_ACCESS_KEY: 'secret',
          ...(token === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
        };
        const headers = signS3(at, env, date);
        const { authorization = '', ...given } = headers;
        const request = { method: 'GET', host: at.host, path: at.pathname, service: 's3', region: 'eu-west-1' };
        const signed = aws4.sign({ ...request, headers: { ...given, host: at.host } } as never, credentials);
        expect(authorization).toBe(signed.headers['Authorization']);
      },
    ),
  );
});
