import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession, type Session } from '#src/backends/onnx/session';
import type { Tensor } from '#src/backends/tensors/tensor';
import { bytesOf, independentClient, shapeOf, type IndependentClient } from './independent-client.js';
import { post, served, type Served } from './served.js';
import { pair, scoring } from './tiny-models.js';

let server: Served;
let two: Served;
let client: IndependentClient;
let session: Session;
beforeAll(async () => {
  server = await served(scoring());
  two = await served(pair());
  client = independentClient(server.grpc);
  session = await openSession(server.path, 1);
});
afterAll(async () => {
  client.close();
  await Promise.all([server.stop(), two.stop()]);
});

/** What the run time itself answers, in this process. */
async function scores(rows: readonly (readonly number[])[]): Promise<number[]> {
  const x: Tensor = { dtype: 'float32', shape: [rows.length, 4], values: Float32Array.from(rows.flat()) };
  const { outputs } = await session.run([x]);
  return Array.from(outputs['scores']?.values as Float32Array);
}

/** Bits, for NaN is not equal to itself and -0 is to 0. */
function bits(values: readonly number[]): Uint32Array {
  return new Uint32Array(Float32Array.from(values).buffer);
}

const batches = fc.array(fc.array(fc.float({ noNaN: true, min: -8, max: 8 }), { minLength: 4, maxLength: 4 }), {
  minLength: 1,
  maxLength: 5,
});

describe('the predictions are those of the session in this process, bit for bit', () => {
  it('over REST, in rows and columns, and over the Open Inference Protocol', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (rows) => {
        const wanted = bits(await scores(rows));
        const byRow = await post(`${server.modelUrl}:predict`, { instances: rows });
        expect(bits((byRow.json as { predictions: number[][] }).predictions.flat())).toEqual(wanted);
        const byName = await post(`${server.modelUrl}:predict`, { instances: rows.map((x) => ({ x })) });
        expect(byName).toEqual(byRow);
        const byColumn = await post(`${server.modelUrl}:predict`, { inputs: { x: rows } });
        expect(bits((byColumn.json as { outputs: number[][] }).outputs.flat())).toEqual(wanted);
        const open = await post(`${server.url}/v2/models/scoring/infer`, {
          inputs: [{ name: 'x', datatype: 'FP32', shape: [rows.length, 4], data: rows.flat() }],
        });
        expect(bits((open.json as { outputs: [{ data: number[] }] }).outputs[0].data)).toEqual(wanted);
        const classes = await post(`${server.modelUrl}:classify`, { examples: rows.map((x) => ({ x })) });
        const { results } = classes.json as { results: [string, number][][] };
        expect(bits(results.flat().map(([, score]) => score))).toEqual(wanted);
        expect(results[0]?.map(([label]) => label)).toEqual(['0', '1', '2']);
      }),
      { numRuns: 12 },
    );
  });

  it('over gRPC, from bytes and from typed values', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (rows) => {
        const wanted = bits(await scores(rows));
        const head = { dtype: 1, tensor_shape: shapeOf(rows.length, 4) };
        const content = { ...head, tensor_content: bytesOf(Float32Array.from(rows.flat())) };
        const values = { ...head, float_val: rows.flat() };
        for (const x of [content, values]) {
          const { outputs, model_spec: spec } = await client.predict({
            model_spec: { name: 'scoring' },
            inputs: { x },
          });
          expect(bits(outputs['scores']?.float_val ?? [])).toEqual(wanted);
          expect(outputs['scores']?.tensor_shape.dim.map(({ size }) => Number(size))).toEqual([rows.length, 3]);
          expect(spec).toMatchObject({ name: 'scoring', version: { value: '1' }, signature_name: 'serving_default' });
        }
        const feature = (x: number[]): object => ({ features: { feature: { x: { float_list: { value: x } } } } });
        const { result } = await client.classify({
          model_spec: { name: 'scoring' },
          input: { example_list: { examples: rows.map(feature) } },
        });
        const classes = result.classifications.flatMap(({ classes: one }) => one);
        expect(bits(classes.map(({ score }) => score))).toEqual(wanted);
      }),
      { numRuns: 12 },
    );
  });
});

describe('a model of several inputs and outputs', () => {
  it('answers by name, in rows and in columns', async () => {
    const instances = [
      { a: [1, 0.25], row: 3 },
      { row: 0, a: [-1, 16777216] },
    ];
    expect(await post(`${two.modelUrl}:predict`, { instances })).toEqual({
      status: 200,
      json: {
        predictions: [
          { twice: [2, 0.5], picked: 0.4 },
          { twice: [-2, 33554432], picked: 0.1 },
        ],
      },
    });
    expect(await post(`${two.modelUrl}:predict`, { inputs: { a: [[1, 2]], row: [1] } })).toEqual({
      status: 200,
      json: { outputs: { twice: [[2, 4]], picked: [0.2] } },
    });
  });

  it('gives what a filter names, and reads what typed values leave out', async () => {
    const asking = independentClient(two.grpc);
    const a = { dtype: 1, tensor_shape: shapeOf(2, 2), float_val: [1, 2] };
    const row = { dtype: 9, tensor_shape: shapeOf(2) };
    const { outputs } = await asking.predict({
      model_spec: { name: 'pair', version: { value: 1 } },
      inputs: { a, row },
      output_filter: ['twice'],
    });
    // The last value stands for the rest; none at all is zeros.
    expect(Object.keys(outputs)).toEqual(['twice']);
    expect(outputs['twice']?.float_val).toEqual([2, 4, 4, 4]);
    asking.close();
  });

  it('regresses where there is one number for each example', async () => {
    const answers = await served({ ...pair(), name: 'picker', outputs: [pair().outputs[1] as never] });
    const context = { a: [0, 0] };
    expect(await post(`${answers.modelUrl}:regress`, { context, examples: [{ row: 2 }, { row: [0] }] })).toEqual({
      status: 200,
      json: { results: [0.3, 0.1] },
    });
    const asking = independentClient(answers.grpc);
    const feature = (row: number) => ({ features: { feature: { row: { int64_list: { value: [row] } } } } });
    const shared = { features: { feature: { a: { float_list: { value: [0, 0] } } } } };
    const { result } = await asking.regress({
      model_spec: { name: 'picker' },
      input: { example_list_with_context: { examples: [feature(1), feature(3)], context: shared } },
    });
    expect(result.regressions.map(({ value }) => value)).toEqual([Math.fround(0.2), Math.fround(0.4)]);
    asking.close();
    await answers.stop();
  });
});
