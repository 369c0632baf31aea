import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '#src/errors';
import type { Payload, TensorDtype } from '#src/trace';
import { TENSOR_DTYPES } from '#src/trace';
import { decodePayload, decodePayloads } from '#src/backends/onnx/decode-payload';
import { defaultPayload } from '#src/backends/onnx/fill-inputs';
import { modelInputs, type ModelInput } from '#src/backends/onnx/model-input';
import { parseNpy } from '#src/backends/tensors/parse-npy';
import { bytesPerElement, type Tensor } from '#src/backends/tensors/tensor';

const IMAGE: ModelInput = { name: 'image', dtype: 'float32', shape: ['N', 2, 3] };
const TEXT: readonly ModelInput[] = [
  { name: 'input_ids', dtype: 'int64', shape: ['N', 'S'] },
  { name: 'attention_mask', dtype: 'int64', shape: ['N', 'S'] },
  { name: 'token_type_ids', dtype: 'int64', shape: ['N', 'S'] },
  { name: 'position_ids', dtype: 'int64', shape: ['', 'S'] },
];
const VOICE: readonly ModelInput[] = [
  { name: 'input', dtype: 'float32', shape: ['', ''] },
  { name: 'state', dtype: 'float32', shape: [2, '', 128] },
  { name: 'sr', dtype: 'int64', shape: [] },
];

/** A shape [N, 2, 3] and that many numbers a float32 holds exactly. */
const images = fc
  .integer({ min: 1, max: 4 })
  .chain((batch) =>
    fc.tuple(fc.constant(batch), numbers(6 * batch, fc.float({ noNaN: true, noDefaultInfinity: true }))),
  );

describe('JSON', () => {
  it('gives the same tensor as nested arrays, as inputs and as instances', () => {
    fc.assert(
      fc.property(images, ([batch, values]) => {
        const nested = nest([batch, 2, 3], values);
        const bodies = [nested, { inputs: { image: nested } }, { inputs: nested }, { instances: nested }];
        const rows = nested as readonly unknown[];
        bodies.push({ instances: rows.map((image) => ({ image })) });
        for (const body of bodies) {
          const [tensor] = decodePayload(json(body), shape([IMAGE]));
          expect(plain(tensor)).toEqual({ dtype: 'float32', shape: [batch, 2, 3], values: values.map(positiveZero) });
        }
      }),
    );
  });

  it('is read from shared memory and with parameters of its type', () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(26));
    bytes.set(new TextEncoder().encode('[[[1,2,3],[4,5,6]]]'.padEnd(26)));
    const [tensor] = decodePayload(
      { kind: 'bytes', contentType: 'Application/JSON; charset=utf-8', bytes },
      shape([IMAGE]),
    );
    expect(plain(tensor).values).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['{', /no JSON/],
    ['"text"', /nested arrays/],
    ['[[[1,2,3],[4,5]]]', /differ in length/],
    ['[[[1,2,3],[4,5,"6"]]]', /no number \("6"\)/],
    ['[[1,2,3],[4,5,6]]', /the model wants image float32 \[N, 2, 3\]/],
    ['{"inputs":{"picture":[1]}}', /no input picture; it has image/],
    ['{"instances":[{"image":[[1,2,3],[4,5,6]]},{"images":[[1,2,3],[4,5,6]]}]}', /differ in their names/],
    ['[]', /shape is \[0\]/],
    [`${'['.repeat(40)}1${']'.repeat(40)}`, /nested more than 32/],
  ])('refuses %s', (text, message) => {
    const payload: Payload = { kind: 'bytes', contentType: 'application/json', bytes: new TextEncoder().encode(text) };
    expect(() => decodePayload(payload, shape([IMAGE]))).toThrow(message);
  });
});

describe('.npy', () => {
  it('gives back any array of any type it can hold, in any version', () => {
    fc.assert(
      fc.property(arrays(), fc.constantFrom(1, 2, 3), ({ dtype, dims, bytes }, version) => {
        const tensor = parseNpy(npy(DESCR[dtype], dims, bytes, { version }));
        expect(tensor.dtype).toBe(dtype);
        expect(tensor.shape).toEqual(dims);
        expect(Buffer.from(tensor.values.buffer as SharedArrayBuffer)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('is converted to the type of the input, when nothing but rounding is lost', () => {
    const doubles = new Uint8Array(Float64Array.of(0.1, 2, 3, 4, 5, 6).buffer);
    const [tensor] = decodePayload(octets(npy('<f8', [1, 2, 3], doubles)), shape([IMAGE]));
    expect(plain(tensor)).toEqual({ dtype: 'float32', shape: [1, 2, 3], values: [Math.fround(0.1), 2, 3, 4, 5, 6] });
    const ids = (values: Float32Array): Payload => octets(npy('<f4', [1, 2], new Uint8Array(values.buffer)));
    expect(plain(decodePayload(ids(Float32Array.of(7, 8)), shape(TEXT))[0]).values).toEqual([7n, 8n]);
    expect(() => decodePayload(ids(Float32Array.of(7, 8.5)), shape(TEXT))).toThrow(/element 1 \(8.5\) is no int64/);
    const bytes = (value: number): Payload => octets(npy('|i1', [1], Uint8Array.of(value)));
    const unsigned: ModelInput[] = [{ name: 'x', dtype: 'uint8', shape: ['N'] }];
    expect(plain(decodePayload(bytes(127), shape(unsigned))[0]).values).toEqual([127]);
    expect(() => decodePayload(bytes(255), shape(unsigned))).toThrow(/-1\) is no uint8/);
  });

  it('of any damage is read or refused with a message, never worse', () => {
    const whole = npy('<f4', [1, 2, 3], new Uint8Array(24));
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), (length, at, byte) => {
        const damaged = whole.slice(0, length);
        if (at < length) damaged[at] = byte;
        try {
          decodePayload(octets(damaged), shape([IMAGE]));
        } catch (thrown) {
          expect((thrown as Error).constructor).toBe(Error);
        }
      }),
    );
  });

  it.each([
    ['big-endian', npy('>f4', [1, 2, 3], new Uint8Array(24)), /type is >f4; save it as one of <f4/],
    [
      'structured',
      npy('', [1], new Uint8Array(4), { header: `{'descr': [('a','<f4')], 'shape': (1,), }` }),
      /structure/,
    ],
    ['Fortran', npy('<f4', [1, 2, 3], new Uint8Array(24), { fortran: true }), /ascontiguousarray/],
    ['short', npy('<f4', [1, 2, 3], new Uint8Array(20)), /20 bytes of data where its header says 24/],
    ['huge', npy('<f4', [1e9, 1e9], new Uint8Array(20)), /too much/],
    ['empty', npy('<f4', [0, 3], new Uint8Array(0)), /holds nothing/],
    ['new', npy('<f4', [1], new Uint8Array(4), { version: 9 }), /version 1 to 3/],
  ])('refuses a %s file', (_, file, message) => {
    expect(() => decodePayload(octets(file), shape([IMAGE]))).toThrow(message);
  });
});

describe('other payloads', () => {
  it('raw bytes are the input when they have exactly its length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 60 }), (bytes) => {
        if (bytes.length === 24)
          expect(raw(decodePayload(octets(bytes), shape([IMAGE]))[0])).toEqual(Buffer.from(bytes));
        else expect(() => decodePayload(octets(bytes), shape([IMAGE]))).toThrow(/takes 24/);
      }),
    );
    const exact = Uint8Array.from({ length: 24 }, (_, i) => i);
    expect(raw(decodePayload(octets(exact), shape([IMAGE]))[0])).toEqual(Buffer.from(exact));
  });

  it('a tensor is seeded, in its range, and of a fitting shape', () => {
    for (const dtype of TENSOR_DTYPES) {
      const inputs: ModelInput[] = [{ name: 'x', dtype, shape: ['N', 500] }];
      const tensor = (seed: number, dims = [2, 500]): Tensor =>
        decodePayload({ kind: 'tensor', tensor: { dtype, shape: dims, seed } }, shape(inputs))[0] as Tensor;
      const values = [...tensor(3).values].map(Number);
      const most = dtype === 'bool' ? 1 : dtype.startsWith('float') ? 1 : 99;
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...values)).toBeLessThanOrEqual(most);
      if (dtype.startsWith('float')) expect(Math.max(...values)).toBeLessThan(1);
      // Ten standard errors of the mean of a uniform.
      const middle = most / 2;
      expect(Math.abs(values.reduce((sum, v) => sum + v, 0) / 1000 - middle)).toBeLessThan(
        10 * (middle / Math.sqrt(1000)),
      );
      expect(tensor(3)).toEqual(tensor(3));
      expect(tensor(4)).not.toEqual(tensor(3));
      expect(() => tensor(3, [2, 499])).toThrow(/the model wants/);
    }
  });

  it('a fractional tensor is no token', () => {
    const payload: Payload = { kind: 'tensor', tensor: { dtype: 'float32', shape: [1, 4], seed: 1 } };
    expect(() => decodePayload(payload, shape(TEXT))).toThrow(/is no int64/);
  });

  it.each([
    ['image/png', [1, 2, 3]],
    ['application/octet-stream', [0xff, 0xd8, 0xff, 0xe0]],
    ['application/octet-stream', [0x89, 0x50, 0x4e, 0x47]],
  ])('an image (%s) is refused with what to do', (contentType, bytes) => {
    const payload: Payload = { kind: 'bytes', contentType, bytes: Uint8Array.from(bytes) };
    expect(() => decodePayload(payload, shape([IMAGE]))).toThrow(/images are not decoded .*numpy\.save/);
  });

  it('the table names the entry that is wrong, and all together are bounded', () => {
    const good: Payload = { kind: 'tensor', tensor: { dtype: 'float32', shape: [1, 2, 3], seed: 1 } };
    expect([...decodePayloads([good, good], shape([IMAGE]))].length).toBe(2);
    const decode = (payloads: readonly Payload[], inputs: readonly ModelInput[]): void => {
      for (const feed of decodePayloads(payloads, shape(inputs))) expect(feed.length).toBe(inputs.length);
    };
    expect(() => {
      decode([good, good, octets(new Uint8Array(3))], [IMAGE]);
    }).toThrow(UserError);
    expect(() => {
      decode([good, good, octets(new Uint8Array(3))], [IMAGE]);
    }).toThrow(/payload 2: 3 bytes/);
    const huge: Payload = { kind: 'tensor', tensor: { dtype: 'float32', shape: [1e5, 1e5], seed: 1 } };
    expect(() => {
      decode([huge], [{ name: 'x', dtype: 'float32', shape: ['N', 'M'] }]);
    }).toThrow(/payload 0: .*too much/);
  });
});

describe('inputs that a payload leaves out', () => {
  it('take their sizes from those it gives: masks of ones, positions that count, zeros', () => {
    const [ids, mask, types, positions] = decodePayload(json([[5, 6, 7]]), shape(TEXT)).map(plain);
    expect(ids).toEqual({ dtype: 'int64', shape: [1, 3], values: [5n, 6n, 7n] });
    expect(mask).toEqual({ dtype: 'int64', shape: [1, 3], values: [1n, 1n, 1n] });
    expect(types).toEqual({ dtype: 'int64', shape: [1, 3], values: [0n, 0n, 0n] });
    expect(positions).toEqual({ dtype: 'int64', shape: [1, 3], values: [0n, 1n, 2n] });
    const batch = decodePayload(json({ inputs: { attention_mask: [[1], [0]] } }), shape(TEXT));
    expect(batch.map(({ shape: dims }) => dims)).toEqual([
      [2, 1],
      [2, 1],
      [2, 1],
      [2, 1],
    ]);
    expect(plain(batch[1]).values).toEqual([1n, 0n]);
  });

  it('of a voice model are a state of zeros and a sample rate', () => {
    const payload = defaultPayload(VOICE, 512);
    expect(payload).toMatchObject({ shape: [1, 512], dtype: 'float32' });
    const [, state, rate] = decodePayload({ kind: 'tensor', tensor: payload }, shape(VOICE)).map(plain);
    expect(state).toEqual({ dtype: 'float32', shape: [2, 1, 128], values: Array(256).fill(0) });
    expect(rate).toEqual({ dtype: 'int64', shape: [], values: [16000n] });
  });

  it('images get a side of 224 in either layout', () => {
    const sides = (dims: ModelInput['shape']): readonly number[] =>
      defaultPayload([{ ...IMAGE, shape: dims }], 16).shape;
    expect(sides(['N', 3, 'H', 'W'])).toEqual([1, 3, 224, 224]);
    expect(sides(['', '', '', 3])).toEqual([1, 224, 224, 3]);
    expect(sides(['', '', '', ''])).toEqual([1, 3, 224, 224]);
  });

  it('a model that takes no numbers is refused', () => {
    expect(() => modelInputs([])).toThrow(/0 inputs/);
    expect(() => modelInputs([{ name: 'x', isTensor: true, type: 'string', shape: [1] }])).toThrow(/is string/);
    expect(() => modelInputs([{ name: 'x', isTensor: false }])).toThrow(/no tensor/);
  });
});

const DESCR: Readonly<Record<TensorDtype, string>> = {
  float32: '<f4',
  float64: '<f8',
  int32: '<i4',
  int64: '<i8',
  uint8: '|u1',
  int8: '|i1',
  bool: '|b1',
};

function arrays(): fc.Arbitrary<{ dtype: TensorDtype; dims: number[]; bytes: Uint8Array }> {
  return fc
    .record({
      dtype: fc.constantFrom(...TENSOR_DTYPES),
      dims: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
    })
    .chain(({ dtype, dims }) => {
      const length = dims.reduce((size, dimension) => size * dimension, 1) * bytesPerElement(dtype);
      return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({ dtype, dims, bytes }));
    });
}

/** As numpy writes it, padding included. */
function npy(
  descr: string,
  dims: readonly number[],
  data: Uint8Array,
  { version = 1, fortran = false, header = '' }: { version?: number; fortran?: boolean; header?: string } = {},
): Uint8Array {
  const tuple = dims.length === 1 ? `(${String(dims[0])},)` : `(${dims.join(', ')})`;
  const text = header || `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const start = version === 1 ? 10 : 12;
  const padded = `${text}${' '.repeat(63 - ((start + text.length) % 64))}\n`;
  const head = Buffer.alloc(start);
  head.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  if (version === 1) head.writeUInt16LE(padded.length, 8);
  else head.writeUInt32LE(padded.length, 8);
  return new Uint8Array(Buffer.concat([head, Buffer.from(padded), data]));
}

function numbers(length: number, of: fc.Arbitrary<number>): fc.Arbitrary<number[]> {
  return fc.array(of, { minLength: length, maxLength: length });
}

function nest(dims: readonly number[], values: readonly number[]): unknown {
  const [size, ...inner] = dims;
  if (size === undefined) return values[0];
  const step = values.length / size;
  return Array.from({ length: size }, (_, i) => nest(inner, values.slice(i * step, (i + 1) * step)));
}

/** JSON has no negative zero. */
function positiveZero(value: number): number {
  return value === 0 ? 0 : value;
}

function json(value: unknown): Payload {
  return { kind: 'bytes', contentType: 'application/json', bytes: new TextEncoder().encode(JSON.stringify(value)) };
}

function octets(bytes: Uint8Array): Payload {
  return { kind: 'bytes', contentType: 'application/octet-stream', bytes };
}

function shape(inputs: readonly ModelInput[]): { inputs: readonly ModelInput[]; sequenceLength: number } {
  return { inputs, sequenceLength: 16 };
}

function plain(tensor: Tensor | undefined): { dtype: unknown; shape: unknown; values: unknown[] } {
  return { dtype: tensor?.dtype, shape: tensor?.shape, values: [...(tensor?.values ?? [])] };
}

function raw(tensor: Tensor | undefined): Buffer {
  return Buffer.from(tensor?.values.buffer as SharedArrayBuffer);
}
