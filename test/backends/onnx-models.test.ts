import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillInputs } from '#src/backends/onnx/fill-inputs';
import { makeAlbert } from '#src/backends/onnx/make-albert';
import { makeMobilenet } from '#src/backends/onnx/make-mobilenet';
import { toBytes, varintField } from '#src/backends/onnx/protobuf-writer';
import { seededTensor } from '#src/backends/tensors/seeded-tensor';
import { openSession, type Session } from '#src/backends/onnx/session';
import { SYNTHETIC_MODELS, syntheticModel } from '#src/backends/onnx/synthetic-model';
import type { Tensor } from '#src/backends/tensors/tensor';
import { tensorOf } from '#src/backends/tensors/tensor';
import { uniformWeights } from '#src/backends/onnx/uniform-weights';
import { doubling, writeModel } from './onnx-tiny-models.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-onnx-models-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const silent = (): void => undefined;

describe('the writer', () => {
  it('writes whole numbers so that a reader gets them back, negative ones as 64 bits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.maxSafeInteger(), (field, value) => {
        const [read] = [...fields(toBytes(varintField(field, value)))];
        expect(read?.field).toBe(field);
        expect(BigInt.asIntN(64, read?.value as bigint)).toBe(BigInt(value));
      }),
    );
  });

  it('writes a model whose answer is known', async () => {
    const session = await openSession(writeModel(folder, doubling('float32', ['N'])), 1);
    expect(session.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: ['N'] }]);
    const x = [0.5, -3, 1e6, 0];
    const { outputs } = await session.run([tensorOf('float32', [4], x)]);
    expect([...(outputs['y']?.values as Float32Array)]).toEqual(x.map((value) => 2 * value));
  });

  it('seeds weights uniformly in their bounds, differently for each seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.01, max: 2, noNaN: true }), (seed, bound) => {
        const weights = uniformWeights(seed, 4000, bound);
        expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(Math.fround(bound));
        // A uniform's variance is bound^2 / 3; ten standard errors.
        const meanSquare = weights.reduce((sum, w) => sum + w * w, 0) / weights.length;
        expect(Math.abs(meanSquare / (bound * bound) - 1 / 3)).toBeLessThan(10 * Math.sqrt(4 / 45 / 4000));
        const mean = weights.reduce((sum, w) => sum + w, 0) / weights.length;
        expect(Math.abs(mean / bound)).toBeLessThan(10 * Math.sqrt(1 / 3 / 4000));
        expect(uniformWeights(seed + 1, 8, bound)).not.toEqual(weights.slice(0, 8));
      }),
      { numRuns: 30 },
    );
  });
});

describe('mobilenet', () => {
  const bytes = makeMobilenet();
  let session: Session;
  beforeAll(async () => {
    session = await openSession(syntheticModel('mobilenet', folder, silent), 1);
  });

  it('has the parameters of the paper with folded normalisation, and always the same bytes', () => {
    // Table 1 of arXiv:1704.04861: kernels, then one bias a channel, then 1,001 classes.
    const pointwise = [32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];
    let expected = 3 * 9 * 32 + 32;
    for (let i = 1; i < pointwise.length; i++) {
      const from = pointwise[i - 1] as number;
      const to = pointwise[i] as number;
      expected += 9 * from + from + from * to + to;
    }
    expected += 1024 * 1001 + 1001;
    // Two scalars more: the bounds of ReLU6.
    expect(floatParameters(bytes)).toBe(expected + 2);
    expect(expected).toBe(4_222_057);
    expect(sha256(makeMobilenet())).toBe(sha256(bytes));
    expect({ bytes: bytes.length, sha256: sha256(bytes) }).toEqual(pick('mobilenet'));
  });

  it('answers with probabilities that depend on the image', async () => {
    const answers = [await classify(1), await classify(2)];
    for (const answer of answers) {
      expect(answer.length).toBe(1001);
      expect(answer.every((p) => p > 0 && p < 1)).toBe(true);
      expect(answer.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    }
    expect(answers[0]).not.toEqual(answers[1]);
  });

  it('answers each image of a batch as it answers it alone', async () => {
    const image = (seed: number): Tensor => seededTensor({ dtype: 'float32', shape: [1, 3, 224, 224], seed });
    const pair = tensorOf('float32', [2, 3, 224, 224], [...image(1).values, ...image(2).values] as number[]);
    const { outputs } = await session.run([pair]);
    const values = [...(outputs['probabilities']?.values as Float32Array)];
    const alone = [...(await classify(1)), ...(await classify(2))];
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(alone[i] as number, 6);
    });
  });

  async function classify(seed: number): Promise<number[]> {
    const { outputs } = await session.run([seededTensor({ dtype: 'float32', shape: [1, 3, 224, 224], seed })]);
    return [...(outputs['probabilities']?.values as Float32Array)];
  }
});

describe('albert', () => {
  it('has shared layers, always the same bytes, and reads only what its mask lets it see', async () => {
    const bytes = makeAlbert();
    const [vocabulary, embedding, hidden, wide] = [30_000, 128, 768, 3072];
    const square = hidden * hidden + hidden;
    const layer = 4 * square + 2 * (2 * hidden) + hidden * wide + wide + wide * hidden + hidden;
    const expected = (vocabulary + 512 + 2 + 2) * embedding + embedding * hidden + hidden + layer + square;
    // Scalars more: two of the mask, five of attention and GELU.
    expect(floatParameters(bytes)).toBe(expected + 7);
    expect({ bytes: bytes.length, sha256: sha256(bytes) }).toEqual(pick('albert'));

    const path = join(folder, 'albert.onnx');
    writeFileSync(path, bytes);
    const session = await openSession(path, 1);
    const ids = seededTensor({ dtype: 'int64', shape: [1, 8], seed: 1 });
    const whole = await answer(session, ids);
    expect(whole.length).toBe(8 * 768);
    expect(whole.every(Number.isFinite)).toBe(true);
    const half = new Map([
      ['input_ids', ids],
      ['attention_mask', tensorOf('int64', [1, 8], [1, 1, 1, 1, 0, 0, 0, 0])],
    ]);
    const masked = firstHalf(await answerTo(session, half));
    const shortened = await answer(session, tensorOf('int64', [1, 4], [...ids.values].slice(0, 4)));
    shortened.forEach((value, i) => {
      expect(masked[i]).toBeCloseTo(value, 3);
    });
    expect(Math.max(...masked.map((value, i) => Math.abs(value - (whole[i] as number))))).toBeGreaterThan(0.01);
  });

  const firstHalf = (values: readonly number[]): number[] => values.slice(0, values.length / 2);
  const answer = (session: Session, ids: Tensor): Promise<number[]> => answerTo(session, new Map([['input_ids', ids]]));

  async function answerTo(session: Session, given: ReadonlyMap<string, Tensor>): Promise<number[]> {
    const { outputs } = await session.run(fillInputs(session.inputs, given, 8));
    return [...(outputs['last_hidden_state']?.values as Float32Array)];
  }
});

describe('the cache', () => {
  it('makes a model once, and again when the file is cut short or altered', () => {
    const cache = join(folder, 'new', 'cache');
    const said: string[] = [];
    const make = (): string => syntheticModel('mobilenet', cache, (text) => said.push(text));
    const path = make();
    expect(make()).toBe(path);
    expect(said.length).toBe(1);
    truncateSync(path, 1000);
    make();
    const altered = readFileSync(path);
    altered[altered.length >> 1] = (altered[altered.length >> 1] as number) ^ 1;
    writeFileSync(path, altered);
    make();
    expect(said.length).toBe(3);
    expect(sha256(readFileSync(path))).toBe(SYNTHETIC_MODELS.mobilenet.sha256);
    expect(readdirSync(cache)).toEqual([SYNTHETIC_MODELS.mobilenet.fileName]);
  });

  it('reports a folder it cannot use', () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    expect(() => syntheticModel('mobilenet', file, silent)).toThrow(/--set cache=FOLDER/);
  });
});

function pick(name: keyof typeof SYNTHETIC_MODELS): { bytes: number; sha256: string } {
  return { bytes: SYNTHETIC_MODELS[name].bytes, sha256: SYNTHETIC_MODELS[name].sha256 };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A reader of the wire format, written apart from the writer. */
function* fields(bytes: Uint8Array): Generator<{ field: number; value: bigint | Uint8Array }> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] as number;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    if ((key & 7) === 0) yield { field: key >> 3, value: varint() };
    else {
      const length = (key & 7) === 5 ? 4 : Number(varint());
      yield { field: key >> 3, value: bytes.subarray(at, (at += length)) };
    }
  }
}

/** The elements of all float32 initializers: model.graph (7), initializer (5), dims (1), data type (2). */
function floatParameters(model: Uint8Array): number {
  let count = 0;
  for (const { value: graph } of [...fields(model)].filter(({ field }) => field === 7)) {
    for (const { value: tensor } of [...fields(graph as Uint8Array)].filter(({ field }) => field === 5)) {
      const parts = [...fields(tensor as Uint8Array)];
      const isFloat = parts.some(({ field, value }) => field === 2 && value === 1n);
      const dims = parts.filter(({ field }) => field === 1).map(({ value }) => Number(value));
      if (isFloat) count += dims.reduce((size, dimension) => size * dimension, 1);
    }
  }
  return count;
}
