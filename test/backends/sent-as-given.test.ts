import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { payloadTensors } from '#src/backends/tf-serving/payload-tensors';
import { TENSOR_DTYPES, type TensorDtype } from '#src/trace';
import { type FakeAws, isolateAws, startFakeAws } from '../support/fake-aws.js';
import { npyFile } from '../support/npy-file.js';
import { freshFolder, ROOT, runCli } from '../support/run-cli.js';

let service: FakeAws;
beforeAll(async () => {
  service = await startFakeAws(() => ({ body: '{"predictions": []}' }));
});
beforeEach(() => {
  isolateAws();
});
afterAll(() => service.close());

/** Rows of the command line: each sends JSON instances. */
const BACKENDS: readonly [name: string, readsNaN: boolean, options: () => string[]][] = [
  ['tf-serving', true, () => ['--url', service.url, '--model', 'm']],
  ['sagemaker', true, () => ['--set', 'endpoint=e', '--set', `endpointUrl=${service.url}`]],
  ['lambda', false, () => ['--set', 'function=f', '--set', `endpointUrl=${service.url}`]],
  ['cloud-functions', false, () => ['--url', `${service.url}/f`]],
  ['ai-platform', false, () => ['--set', `url=${service.url}/e:predict`]],
];

/** The bodies that one run sends, in order: all of them over one connection. */
async function bodiesSent(backend: string, options: readonly string[], files: readonly Uint8Array[], type: string) {
  const folder = mkdtempSync(join(tmpdir(), 'replay-sent-'));
  mkdirSync(join(folder, 'in'));
  files.forEach((bytes, i) => {
    writeFileSync(join(folder, 'in', `${String(i).padStart(4, '0')}.${type}`), bytes);
  });
  const before = service.seen.length;
  const shared = [
    '--process',
    'constant',
    '--pacing',
    'economic',
    '-w',
    '1',
    '-q',
    '--no-html',
    '--out',
    freshFolder(),
  ];
  const trace = [
    '--rate',
    '400/s',
    '-n',
    String(files.length),
    '--payload',
    join(folder, 'in'),
    '--set',
    'connections=1',
  ];
  const { code, stderr } = await runCli(['run', ...trace, '--backend', backend, ...options, ...shared]);
  return { code, stderr, bodies: service.seen.slice(before).map(({ body }) => body) };
}

interface Given {
  readonly descr: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const DESCR: Readonly<Record<TensorDtype, string>> = {
  float32: '<f4',
  float64: '<f8',
  int32: '<i4',
  int64: '<i8',
  uint8: '|u1',
  int8: '|i1',
  bool: '|b1',
};

function bytesOf(dtype: TensorDtype, values: readonly (number | bigint)[]): Uint8Array {
  const numbers = values as number[];
  const typed = {
    float32: () => Float32Array.from(numbers),
    float64: () => Float64Array.from(numbers),
    int32: () => Int32Array.from(numbers),
    int64: () => BigInt64Array.from(values as bigint[]),
    uint8: () => Uint8Array.from(numbers),
    int8: () => Int8Array.from(numbers),
    bool: () => Uint8Array.from(numbers),
  }[dtype]();
  return new Uint8Array(typed.buffer);
}

/** NaN as every writer has it: its other bits are not of interest. */
function valueOf(dtype: TensorDtype, nonFinite: boolean): fc.Arbitrary<number | bigint> {
  const float = { noNaN: !nonFinite, noDefaultInfinity: !nonFinite };
  switch (dtype) {
    case 'float32':
      return fc.float(float);
    case 'float64':
      return fc.double(float);
    case 'int64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'int32':
      return fc.integer();
    case 'uint8':
      return fc.nat(255);
    case 'int8':
      return fc.integer({ min: -128, max: 127 });
    case 'bool':
      return fc.nat(1);
  }
}

function given(nonFinite: boolean): fc.Arbitrary<Given> {
  const shapes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
  return fc.tuple(fc.constantFrom(...TENSOR_DTYPES), shapes).chain(([dtype, shape]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return fc
      .array(valueOf(dtype, nonFinite), { minLength: length, maxLength: length })
      .map((values) => ({ descr: DESCR[dtype], shape, data: bytesOf(dtype, values) }));
  });
}

/** Python's json and struct are a second opinion that has no doubles for integers. */
function asPythonReads(bodies: readonly Buffer[], arrays: readonly Given[]): unknown {
  const input = JSON.stringify(bodies.map((body, i) => ({ body: body.toString(), descr: arrays[i]?.descr })));
  const { stdout, stderr } = spawnSync('python3', [join(ROOT, 'test/support/instances.py')], {
    input,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const EDGES: readonly Given[] = [
  { descr: '<i8', shape: [1, 2], data: bytesOf('int64', [9007199254740993n, -(2n ** 63n)]) },
  { descr: '<f4', shape: [1, 4], data: bytesOf('float32', [-0, 1e-45, 16777216, 3.4028234663852886e38]) },
  { descr: '|b1', shape: [1, 2], data: bytesOf('bool', [1, 0]) },
];

const hasPython = spawnSync('python3', ['--version']).status === 0;

// A container of SageMaker is given .npy files as they are; tensors of a trace go as instances.
const SENDS_ARRAYS = BACKENDS.filter(([backend]) => backend !== 'sagemaker');

describe.skipIf(!hasPython).each(SENDS_ARRAYS)('an array sent by %s', (backend, readsNaN, options) => {
  it('is the array that was given, of any type, shape and values', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(given(readsNaN), { minLength: 30, maxLength: 40 }), async (some) => {
        const arrays = [...EDGES, ...some];
        const files = arrays.map(({ descr, shape, data }) => npyFile(descr, shape, data));
        const { code, stderr, bodies } = await bodiesSent(backend, options(), files, 'npy');
        expect([code, stderr].join(), stderr).not.toMatch(/^2/);
        const expected = arrays.map(({ shape, data }) => ({ shape, hex: Buffer.from(data).toString('hex') }));
        expect(asPythonReads(bodies, arrays)).toEqual(expected);
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });
});

/** JSON lists as someone may write them: the same value in many forms. */
const ENTRIES = [
  '1.0',
  '1',
  '-0.0',
  '1e2',
  '9007199254740993',
  '[ 0.10, true ]',
  '{"a" :\t1.50}',
  '"\\u00e9 \u00e9 NaN"',
];
const list = fc
  .tuple(fc.array(fc.constantFrom(...ENTRIES), { minLength: 1, maxLength: 4 }), fc.constantFrom('', ' ', '\n'))
  .map(([entries, space]) => entries.join(`${space},`) + space);
const lists = fc.array(list, { minLength: 6, maxLength: 6 });
const files = (inner: readonly string[]): readonly Buffer[] => inner.map((one) => Buffer.from(`[${one}]`));

const CLASSIFY: (typeof BACKENDS)[number] = [
  'tf-serving',
  true,
  () => ['--url', service.url, '--model', 'm', '--set', 'method=classify'],
];

describe.each([...BACKENDS, CLASSIFY])('JSON of the user sent by %s', (backend, readsNaN, options) => {
  const name = () => (options().includes('method=classify') ? 'examples' : 'instances');

  it('is sent byte for byte, alone and in batches', async () => {
    await fc.assert(
      fc.asyncProperty(lists, async (some) => {
        const inner = readsNaN ? [...some.slice(1), 'NaN, -Infinity'] : some;
        const alone = await bodiesSent(backend, options(), files(inner), 'json');
        const asIs = backend === 'sagemaker';
        expect(alone.bodies.map(String)).toEqual(inner.map((one) => (asIs ? `[${one}]` : `{"${name()}":[${one}]}`)));
        const batching = ['--batch-size', '3', '--batch-wait', '10s'];
        const together = await bodiesSent(backend, [...options(), ...batching], files(inner), 'json');
        const batches = [inner.slice(0, 3), inner.slice(3)].map((batch) => `{"${name()}":[${batch.join(',')}]}`);
        expect(together.bodies.map(String)).toEqual(batches);
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });
});

describe.each(BACKENDS.filter(([, readsNaN]) => !readsNaN))('NaN for %s', (backend, _, options) => {
  it.each([
    ['npy', npyFile('<f4', [1, 2], bytesOf('float32', [1, NaN]))],
    ['npy', npyFile('<f8', [1], bytesOf('float64', [-Infinity]))],
    ['json', Buffer.from('{"instances": [[1.0, NaN]]}')],
  ])('is refused before anything is sent, in one line (.%s)', async (type, bytes) => {
    const { code, stderr, bodies } = await bodiesSent(backend, options(), [bytes], type);
    expect(bodies).toEqual([]);
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/^replay: backend .* payload 0 of the trace: it holds NaN or Infinity, .*\n$/);
  });
});

describe('JSON for gRPC', () => {
  const tensors = (text: string, dtypes: Readonly<Record<string, TensorDtype>>) =>
    [
      ...payloadTensors(
        { kind: 'bytes', contentType: 'application/json', bytes: Buffer.from(text) },
        { input: 'x', dtypes },
      ).values(),
    ][0];

  it('keeps 64-bit integers and NaN, and refuses what its type cannot hold', () => {
    const whole = tensors('[[9007199254740993, -9223372036854775808]]', { x: 'int64' });
    expect([...(whole?.values ?? [])]).toEqual([9007199254740993n, -(2n ** 63n)]);
    expect([...(tensors('[NaN, -Infinity, 0.5]', {})?.values ?? [])]).toEqual([NaN, -Infinity, 0.5]);
    for (const [text, dtype] of [
      ['[9223372036854775808]', 'int64'],
      ['[16777217]', 'float32'],
      ['[9007199254740993]', 'float64'],
      ['[1e39]', 'float32'],
      ['[true, 1.5]', 'float32'],
      ['[NaN]', 'int32'],
    ] as const)
      expect(() => tensors(text, { x: dtype }), text).toThrow(/^element 0 \(.*\) is no /);
  });
});
